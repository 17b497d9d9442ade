// A list of images, or with RDM_FUZZ_TABLE a table; whether the images are there is not looked up.
#include "base/error.h"
#include "data/datasets/image_list.h"
#include "scratch.h"

namespace {

#ifdef RDM_FUZZ_TABLE
constexpr const char* kName = "table.csv";
constexpr auto kOpen = rdm::image_table;
#else
constexpr const char* kName = "list.txt";
constexpr auto kOpen = rdm::image_list;
#endif

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rdm::fuzz::Scratch scratch;
  const auto file = scratch.write(kName, rdm::fuzz::text(data, size));
  try {
    const auto dataset = kOpen(file, {.missing_files = true});
    if (dataset.samples.empty()) __builtin_trap();
    for (const auto& sample : dataset.samples) {
      const bool labelled = sample.label >= 0 && sample.label < std::ssize(dataset.classes);
      if (sample.path.empty() || labelled != dataset.labelled()) __builtin_trap();
    }
  } catch (const rdm::Error& error) {
    if (error.code != rdm::Code::bad_data) __builtin_trap();
  }
  return 0;
}
