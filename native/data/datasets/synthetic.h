// A small dataset that is made from a seed, to try everything without a download: ten classes of
// patterns. Colours, scale, angle, position, light and noise vary from image to image.
#pragma once
#include <cstdint>
#include <string>

#include "data/pixels/image.h"

namespace rdm {

struct SyntheticOptions {
  int64_t train_per_class = 64;
  int64_t val_per_class = 16;
  int64_t size = 64;  // pixels on a side at least; each side is up to a quarter longer
  uint64_t seed = 0;
};

constexpr int64_t kSyntheticClasses = 10;

// The name of a class, and the image `number` of that class.
const char* synthetic_class(int64_t label);
Image synthetic_image(int64_t label, int64_t number, int64_t size, uint64_t seed);

// Writes DIR/train/CLASS/NNNN.jpg and DIR/val/CLASS/NNNN.jpg, and gives the number of images.
// Throws bad_output if the folder is not empty or cannot be written.
int64_t synthesize(const std::string& dir, const SyntheticOptions& options);

}  // namespace rdm
