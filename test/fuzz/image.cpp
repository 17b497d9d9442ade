// Image files of every format: the whole image, then a view of a box of it by the fast way.
#include <algorithm>
#include <vector>

#include "base/error.h"
#include "data/codecs/codec.h"
#include "data/images.h"
#include "data/pixels/view.h"
#include "png_checksums.h"
#include "scratch.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t limit);

namespace {

constexpr int64_t kMaxPixels = 1 << 18;

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t limit, unsigned) {
  const size_t mutated = LLVMFuzzerMutate(data, size, limit);
  rdm::fuzz::mend_png_checksums(data, mutated);
  return mutated;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rdm::fuzz::Scratch scratch;
  static rdm::Decoder decoder(kMaxPixels);  // kept, as a worker of the loader keeps its own
  static rdm::Workspace workspace;
  static const rdm::RandomView view{.size = 24};
  static std::vector<float> out(view.size * view.size * 3);
  static volatile int64_t seen = 0;
  try {
    const auto path = scratch.write("image", rdm::fuzz::text(data, size));
    const auto extent = decoder.open(path);
    const rdm::Box whole{0, 0, extent.width, extent.height};
    seen = seen + rdm::test::sum(decoder.decode(whole), whole);
    const rdm::Box part{extent.width / 3, extent.height / 3, (extent.width + 1) / 2,
                        (extent.height + 1) / 2};
    for (const int64_t reduction : {1, 4}) {
      decoder.open(path);
      const auto fast = decoder.decode_fast(part, reduction);
      seen = seen + rdm::test::sum(fast, part);
      apply(view, {.crop = part}, fast, {}, workspace, out.data());
    }
  } catch (const rdm::ImageError&) {
  }
  return 0;
}
