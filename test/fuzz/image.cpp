// Image files of every format: the whole image, then a box of it at a quarter of the size.
#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "data/codec.h"
#include "png_checksums.h"
#include "scratch.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t limit);

namespace {

constexpr int64_t kMaxPixels = 1 << 18;

// Reads every pixel that is defined, so that a sanitizer sees them.
int64_t sum(const rdm::Decoded& image, const rdm::Box& box) {
  const int64_t r = image.reduction;
  int64_t total = 0;
  for (int64_t y = box.top / r; y * r < box.top + box.height; ++y) {
    const uint8_t* row = image.pixels.row(y);
    for (int64_t i = box.left / r * 3; i * r < (box.left + box.width) * 3; ++i) total += row[i];
  }
  return total;
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t limit, unsigned) {
  const size_t mutated = LLVMFuzzerMutate(data, size, limit);
  rdm::fuzz::mend_png_checksums(data, mutated);
  return mutated;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rdm::fuzz::Scratch scratch;
  static rdm::Decoder decoder(kMaxPixels);  // kept, as a worker of the loader keeps its own
  static volatile int64_t seen = 0;
  try {
    const auto path = scratch.write("image", rdm::fuzz::text(data, size));
    const auto extent = decoder.open(path);
    const rdm::Box whole{0, 0, extent.width, extent.height};
    seen = seen + sum(decoder.decode(whole), whole);
    decoder.open(path);
    const rdm::Box part{extent.width / 3, extent.height / 3, (extent.width + 1) / 2,
                        (extent.height + 1) / 2};
    seen = seen + sum(decoder.decode(part, /*reduction=*/4), part);
  } catch (const rdm::ImageError&) {
  }
  return 0;
}
