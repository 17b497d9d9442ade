// CIFAR-100 as a folder of one file of images, in the binary layout (RDM_FUZZ_PICKLE undefined) or
// in Python's; its list of classes is good.
#include "base/error.h"
#include "data/datasets/place.h"
#include "scratch.h"

namespace {

#ifdef RDM_FUZZ_PICKLE
constexpr const char* kImages = "train";
constexpr const char* kClasses = "meta";
constexpr std::string_view kClassList("\x80\2}X\x10\0\0\0fine_label_names]X\1\0\0\0aas.", 34);
#else
constexpr const char* kImages = "train.bin";
constexpr const char* kClasses = "fine_label_names.txt";
constexpr std::string_view kClassList("apple\nbear\n");
#endif

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rdm::fuzz::Scratch scratch;
  scratch.write(kClasses, kClassList);
  scratch.write(kImages, rdm::fuzz::text(data, size));
  try {
    const auto dataset = rdm::open_dataset(scratch.folder(), "train");
    if (dataset.pixels.size() != static_cast<size_t>(dataset.size()) * 3072) __builtin_trap();
  } catch (const rdm::Error& error) {
    if (error.code != rdm::Code::bad_data) __builtin_trap();
  }
  return 0;
}
