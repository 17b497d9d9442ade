// The entropy-coded segment of a sequential JPEG, read in place of libjpeg's own reader, which is
// most of what decoding costs.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

struct jpeg_decompress_struct;

namespace rdm {

// Reads one scan of all components: no progressive file, arithmetic code or restart marker. Damage
// is reported through libjpeg's warnings.
class HuffmanScan {
 public:
  static constexpr int kStep = 16;      // from one coefficient of a block to the next
  static constexpr int kTogether = 16;  // MCUs, at most

  HuffmanScan();
  ~HuffmanScan();

  // Takes the scan whose header libjpeg has just read, from memory; false where it is of another
  // kind, or its codes are none.
  bool take(jpeg_decompress_struct& info);
  // Where the coefficients of MCUs that are read together will go: a place for each of their
  // blocks, and there `kStep` values apart, so that blocks can lie side by side.
  void place(std::span<int16_t* const> blocks);
  // The next MCUs, to their places; what is not zero there has to be zero before. False where the
  // stream is damaged.
  bool read(int64_t count);
  // Any number of MCUs, leaving something in their places.
  bool skip(int64_t count);
  // Reports what read found; does not return, as our callers make these warnings errors.
  void fail(jpeg_decompress_struct& info) const;

  // Reads for libjpeg the scan that jpeg_start_decompress is ready to read, if it is of this kind
  // and libjpeg can be asked; libjpeg keeps everything else. Uses info.client_data; this object has
  // to outlive the decode.
  void attach(jpeg_decompress_struct& info);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
