// The entropy-coded segment of a sequential JPEG, read in place of libjpeg's own reader, which is
// most of what decoding costs. libjpeg keeps everything else.
#pragma once
#include <cstdint>
#include <memory>

struct jpeg_decompress_struct;

namespace rdm {

class HuffmanScan {
 public:
  HuffmanScan();
  ~HuffmanScan();

  // Takes over the scan that jpeg_start_decompress is ready to read from memory. Progressive files,
  // arithmetic codes, several scans and restart markers stay with libjpeg. Uses info.client_data.
  // Damage is reported through libjpeg's warnings; this object has to outlive the decode.
  void attach(jpeg_decompress_struct& info);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
