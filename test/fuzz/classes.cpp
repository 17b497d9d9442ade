// Lists of classes, and the choice of classes that follows.
#include "base/error.h"
#include "data/datasets/dataset.h"
#include "scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rdm::fuzz::Scratch scratch;
  try {
    const auto classes =
        rdm::read_class_list(scratch.write("classes.txt", rdm::fuzz::text(data, size)));
    const auto chosen = rdm::choose_classes(classes, classes, "the list");
    if (chosen.empty() || chosen.size() > classes.size()) __builtin_trap();
  } catch (const rdm::Error& error) {
    if (error.code != rdm::Code::bad_data) __builtin_trap();
  }
  return 0;
}
