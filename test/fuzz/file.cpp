// Whole files through a reader of checkpoints: what begins as a zip, or as the older format.
#include "checkpoint_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rdm::fuzz::read_checkpoint(rdm::fuzz::text(data, size));
  return 0;
}
