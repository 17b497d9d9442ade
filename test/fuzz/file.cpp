// Whole files through every reader of checkpoints: zips, the older format, safetensors.
#include "checkpoint_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rdm::fuzz::read_checkpoint(rdm::fuzz::text(data, size));
  return 0;
}
