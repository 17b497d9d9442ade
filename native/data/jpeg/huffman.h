// Reads the entropy-coded segment of a sequential JPEG in place of libjpeg, whose reader is most of
// what decoding costs.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

struct jpeg_decompress_struct;

namespace rdm {

// Reads one scan of all components, without restart markers; no progressive file and no arithmetic
// code. The unit is the MCU: one block or more of each component. Damage is reported through
// libjpeg's warnings.
class HuffmanScan {
 public:
  static constexpr int kStep = 16;      // from one coefficient of a block to the next
  static constexpr int kTogether = 16;  // MCUs that one call reads, at most

  HuffmanScan();
  ~HuffmanScan();

  // Takes the scan whose header libjpeg has just read, from memory; false where it is of another
  // kind, or its tables are no codes.
  bool take(jpeg_decompress_struct& info);
  // Says where `read` puts coefficients: a place for each block of the MCUs that are read together.
  // The coefficients of a block lie kStep values apart, so that kStep blocks lie side by side.
  void place(std::span<int16_t* const> blocks);
  // Reads the next MCUs, up to kTogether. Only coefficients that are not zero are written, so the
  // places have to be zero before. False where the stream is damaged.
  bool read(int64_t count);
  // Passes over any number of MCUs; the places hold something afterwards.
  bool skip(int64_t count);
  // Reports the damage that `read` or `skip` found. Does not return, as our callers turn these
  // warnings into errors.
  void fail(jpeg_decompress_struct& info) const;

  // Reads for libjpeg the scan that jpeg_start_decompress has prepared, if `take` takes it and this
  // libjpeg lets its reader be replaced; libjpeg does everything else. Uses info.client_data. This
  // object has to outlive the decode.
  void attach(jpeg_decompress_struct& info);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
