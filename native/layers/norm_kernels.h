// Batch norm, the addition of a shortcut and ReLU over rows of channels, x (rows, C): the layout of
// channels_last, a pixel a row. Each function goes over memory once, and is one thread's work on a
// range of rows; what lies between them depends on the channel alone.
//
//   forward    moments        reads x
//              transform      reads x, shortcut, writes y
//   backward   add_gradients  reads dy, x; with a shortcut also y, and writes dz, its gradient
//              differentiate  reads dz or dy, x, writes dx
#pragma once
#include <cstdint>

namespace rdm {

struct BFloat16 {
  uint16_t bits;
};

// y = gain · x + offset + shortcut, each (C) but the shortcut; with `relu`, what is negative is 0.
struct Transform {
  const float *gain, *offset;
  bool relu;
};

// mean, spread (C): the channels' means, and their sums of squared distances from those.
// work: 2 C values.
void moments(const float* x, int64_t rows, int64_t channels, double* mean, double* spread,
             float* work);
void moments(const BFloat16* x, int64_t rows, int64_t channels, double* mean, double* spread,
             float* work);

// Takes the moments of `other` rows into those of `seen` others.
void merge_moments(double* mean, double* spread, int64_t seen, const double* other_mean,
                   const double* other_spread, int64_t other, int64_t channels);

// shortcut (rows, C) or null.
void transform(const float* x, const float* shortcut, int64_t rows, int64_t channels,
               const Transform& by, float* y);
void transform(const BFloat16* x, const BFloat16* shortcut, int64_t rows, int64_t channels,
               const Transform& by, BFloat16* y);

// What a range of rows has of a batch norm's gradient. dz is dy where the ReLU let a value pass and
// 0 elsewhere. As long as there was no shortcut, x tells which they are, and y and dz are null.
template <typename Value>
struct Gradients {
  const Value *dy, *x, *y;
  Value* dz;
  Transform by;
};

// sum, projection (C): Σ dz and Σ dz (x − mean). work: 2 C values.
void add_gradients(const Gradients<float>& of, int64_t rows, int64_t channels, const float* mean,
                   double* sum, double* projection, float* work);
void add_gradients(const Gradients<BFloat16>& of, int64_t rows, int64_t channels, const float* mean,
                   double* sum, double* projection, float* work);

// Adds the sums of other rows, (C).
void add_sums(double* sum, const double* other, int64_t channels);

// dx = gain · (dz − centre − (x − mean) · slope), gain being the transform's, each (C).
struct Derivative {
  const float *centre, *mean, *slope;
};

void differentiate(const Gradients<float>& of, int64_t rows, int64_t channels, const Derivative& by,
                   float* dx);
void differentiate(const Gradients<BFloat16>& of, int64_t rows, int64_t channels,
                   const Derivative& by, BFloat16* dx);

}  // namespace rdm
