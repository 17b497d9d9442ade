// Ten thousand damaged files through the decoders: an image or an error that names the file, no
// crash, no memory beyond the limit. Run under AddressSanitizer by `npm run test:sanitize`.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/random.h"
#include "data/codecs/codec.h"
#include "data/datasets/place.h"
#include "data/images.h"
#include "data/process.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kMaxPixels = 1'000'000;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Writes to a new file, because overwriting one makes some file systems wait for the disk.
void write_anew(const fs::path& path, const std::string& bytes) {
  fs::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

// Flips bits, cuts the end off, writes garbage, or puts large numbers where headers have sizes.
std::string mutate(std::string bytes, Stream& stream) {
  const auto place = [&](size_t limit) { return stream.below(std::min(limit, bytes.size())); };
  switch (stream.below(4)) {
    case 0:
      for (uint64_t i = 0; i <= stream.below(8); ++i) {
        bytes[place(bytes.size())] ^= static_cast<char>(1 << stream.below(8));
      }
      break;
    case 1: bytes.resize(place(bytes.size())); break;
    case 2: {
      const size_t from = place(bytes.size());
      for (size_t i = from; i < std::min(bytes.size(), from + 16); ++i) {
        bytes[i] = static_cast<char>(stream.below(256));
      }
      break;
    }
    default:
      for (uint64_t i = 0; i <= stream.below(3); ++i) bytes[place(300)] = '\xFF';
  }
  return bytes;
}

}  // namespace

TEST_CASE("8,000 damaged images: pixels or an error, never more") {
  const Scratch scratch;
  const fs::path path = scratch.path / "image";
  std::vector<std::string> good;
  for (const auto& entry : fs::directory_iterator(RDM_TEST_IMAGES)) {
    const std::string kind = entry.path().extension().string();
    if (kind == ".jpg" || kind == ".png" || kind == ".bmp" || kind == ".pnm" || kind == ".webp") {
      good.push_back(bytes_of(entry.path()));
    }
  }
  std::sort(good.begin(), good.end());  // the same order everywhere
  Stream stream(11, 0, 0, 0);
  Decoder decoder(kMaxPixels);
  int decoded = 0, refused = 0;
  const int64_t before = peak_memory();
  for (int round = 0; round < 8000; ++round) {
    const std::string bytes = mutate(good[static_cast<size_t>(round) % good.size()], stream);
    write_anew(path, bytes);
    try {
      const Extent extent = decoder.open(path.string());
      REQUIRE(extent.width * extent.height <= kMaxPixels);
      Box box{0, 0, extent.width, extent.height};
      if (round % 2) {  // a part, as a random crop needs it
        box.width = 1 + static_cast<int64_t>(stream.below(extent.width));
        box.height = 1 + static_cast<int64_t>(stream.below(extent.height));
        box.left = static_cast<int64_t>(stream.below(extent.width - box.width + 1));
        box.top = static_cast<int64_t>(stream.below(extent.height - box.height + 1));
      }
      const Decoded image = round % 3 ? decoder.decode(box) : decoder.decode_fast(box, 4);
      CHECK(sum(image, box) >= 0);
      ++decoded;
    } catch (const Error& error) {
      CHECK(std::strstr(error.what(), path.c_str()) != nullptr);
      ++refused;
    }
  }
  CHECK(decoded > 500);
  CHECK(refused > 2000);
  if (!sanitized()) CHECK(peak_memory() - before < 100 << 20);
}

TEST_CASE("2,000 damaged CIFAR files: images or an error, never more") {
  const fs::path fixtures = fs::path(RDM_TEST_IMAGES) / "cifar";
  const Scratch scratch;
  Stream stream(12, 0, 0, 0);
  int refused = 0;
  for (const char* name : {"cifar-100-python", "cifar-100-binary"}) {
    const fs::path folder = scratch.path / name;
    fs::copy(fixtures / name, folder);
    const bool python = std::string(name) == "cifar-100-python";
    const fs::path train = folder / (python ? "train" : "train.bin");
    const fs::path meta = folder / (python ? "meta" : "fine_label_names.txt");
    const std::string good_train = bytes_of(train), good_meta = bytes_of(meta);
    for (int round = 0; round < 1000; ++round) {
      write_anew(train, round % 4 ? mutate(good_train, stream) : good_train);
      write_anew(meta, round % 4 ? good_meta : mutate(good_meta, stream));
      try {
        const Dataset dataset = open_dataset(folder.string(), "train");
        CHECK(dataset.pixels.size() == static_cast<size_t>(dataset.size()) * 3072);
      } catch (const Error& error) {
        CHECK(error.code == Code::bad_data);
        ++refused;
      }
    }
  }
  CHECK(refused > 300);
}
