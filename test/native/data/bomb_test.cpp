// Small files that ask for much: memory, time, or a wait that never ends.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/error.h"
#include "data/codecs/codec.h"
#include "data/datasets/place.h"
#include "data/process.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;
using namespace std::string_literals;

namespace {

std::string big_endian(uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::string little_endian(uint64_t value, int bytes) {
  const std::string big = big_endian(value, bytes);
  return {big.rbegin(), big.rend()};
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size,
           reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  out.resize(size);
  return out;
}

std::string chunk(const std::string& kind, const std::string& content) {
  const std::string body = kind + content;
  const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), body.size());
  return big_endian(content.size(), 4) + body + big_endian(checksum, 4);
}

// A grey pixel with many texts, each of a few kilobytes that unpack to seven megabytes.
std::string png_of_texts(int count) {
  std::string out =
      "\x89PNG\r\n\x1A\n" + chunk("IHDR", big_endian(1, 4) + big_endian(1, 4) + "\x08\0\0\0\0"s);
  const std::string text = chunk("zTXt", "k\0\0"s + deflated(std::string(7 << 20, ' ')));
  for (int i = 0; i < count; ++i) out += text;
  return out + chunk("IDAT", deflated("\0\x80"s)) + chunk("IEND", "");
}

// A progressive grey JPEG without a coefficient that is not zero; each scan is a few bytes.
std::string jpeg_of_scans(int side, int count) {
  std::string out = "\xFF\xD8\xFF\xDB\0\x43\0"s + std::string(64, '\1');
  out += "\xFF\xC2\0\x0B\x08"s + big_endian(side, 2) + big_endian(side, 2) + "\1\1\x11\0"s;
  // The one code has one bit. It stands for "no difference" (DC) and, with 14 bits after it, for
  // "these many blocks end" (AC).
  const std::string counts = "\1"s + std::string(15, '\0');
  out += "\xFF\xC4\0\x14\0"s + counts + "\0"s;
  out += "\xFF\xC4\0\x14\x10"s + counts + "\xE0"s;
  const int64_t blocks = static_cast<int64_t>(side / 8) * (side / 8);
  const std::string zeros(static_cast<size_t>(blocks / 8 + 1), '\0');
  out += "\xFF\xDA\0\x08\1\1\0\0\0\0"s + zeros;  // the first scan: DC
  // Two bytes end 16,384 blocks.
  const std::string ends(static_cast<size_t>(blocks / 16384 * 2 + 4), '\0');
  for (int i = 1; i < count; ++i) out += "\xFF\xDA\0\x08\1\1\0\1\x3F\0"s + ends;
  return out + "\xFF\xD9";
}

// A TIFF's header, of entries of one value each, then 64 bytes.
std::string tiff(const std::map<int, uint32_t>& entries) {
  std::string out = "II*\0"s + little_endian(8, 4) + little_endian(entries.size(), 2);
  for (const auto& [tag, value] : entries) {
    out +=
        little_endian(tag, 2) + little_endian(4, 2) + little_endian(1, 4) + little_endian(value, 4);
  }
  return out + little_endian(0, 4) + std::string(64, '\x80');
}

// One pixel in a tile of the given side.
std::string tiff_of_tile(uint32_t side) {
  return tiff({{256, 1},
               {257, 1},
               {258, 8},
               {259, 5},
               {262, 1},
               {277, 1},
               {322, side},
               {323, side},
               {324, 134},
               {325, 16}});
}

// One bit a pixel, in one strip.
std::string tiff_of_strip(uint32_t width, uint32_t height) {
  return tiff({{256, width},
               {257, height},
               {258, 1},
               {259, 1},
               {262, 0},
               {273, 122},
               {277, 1},
               {278, height},
               {279, 64}});
}

struct Outcome {
  std::string reason;
  int64_t memory = 0;
};

Outcome decode(const std::string& path, int64_t max_pixels = 178'956'970) {  // the default
  const int64_t before = peak_memory();
  std::string reason;
  try {
    Decoder decoder(max_pixels);
    const Extent extent = decoder.open(path);
    decoder.decode({0, 0, extent.width, extent.height});
  } catch (const ImageError& error) {
    reason = error.reason;
  }
  return {reason, peak_memory() - before};
}

}  // namespace

TEST_CASE("an image that is a bomb is read within its pixels' memory, or refused") {
  const Scratch scratch;
  const auto write = [&](const char* name, const std::string& bytes) {
    const auto path = scratch.path / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  };
  const auto texts = decode(write("texts.png", png_of_texts(100)));  // 700 MB of texts
  CHECK(texts.reason == "");
  if (!sanitized()) CHECK(texts.memory < 100 << 20);

  CHECK(decode(write("good.jpg", jpeg_of_scans(4096, 50))).reason == "");
  CHECK(decode(write("scans.jpg", jpeg_of_scans(4096, 5000))).reason == "a JPEG of over 100 scans");

  const auto tile = decode(write("tile.tiff", tiff_of_tile(1 << 15)));  // a gigabyte
  if (tile.reason.find("without libtiff") == std::string::npos) {
    CHECK(tile.reason ==
          "the file is truncated, damaged or of a kind of TIFF that is not supported");
    if (!sanitized()) CHECK(tile.memory < 100 << 20);
  }
}

TEST_CASE("an image whose pixels no 64 bits can count is refused like any that is too large") {
  const Scratch scratch;
  constexpr uint32_t kMost = UINT32_MAX;
  const auto path = (scratch.path / "x.tiff").string();
  const auto reason = [&](uint32_t width, int64_t max_pixels) {
    std::ofstream(path, std::ios::binary) << tiff_of_strip(width, /*height=*/kMost);
    return decode(path, max_pixels).reason;
  };
  const std::string first =
      reason(kMost, 178'956'970);  // 2^64 - 2^33 + 1: negative, if it wraps round
  if (first.find("without libtiff") != std::string::npos) return;
  CHECK(first == "4294967295 x 4294967295 pixels are over the limit of 178956970");
  // 2^63 - 2^31 pixels are within this limit, but their bytes do not fit.
  CHECK(reason(1u << 31, INT64_MAX) == "its size does not fit into 64 bits");
}

TEST_CASE("what is no ordinary file is not waited for") {
  const Scratch scratch;
  const auto pipe = (scratch.path / "pipe.jpg").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(decode(pipe).reason == "a device or a pipe, not a file");
  CHECK_THROWS_WITH_AS(
      read_class_list(pipe),
      ("cannot read the list of classes: " + pipe + ": a device or a pipe, not a file").c_str(),
      Error);
}

TEST_CASE("a file of terabytes without content is refused by its size") {
  const Scratch scratch;
  const auto path = scratch.path / "sparse.jpg";
  std::ofstream(path, std::ios::binary) << "\xFF\xD8\xFF";
  fs::resize_file(path, uintmax_t{1} << 40);
  CHECK(decode(path.string()).reason == "its 1099511627776 bytes are over the limit of 1073741824");
  const auto folder = scratch.path / "cifar-10-batches-bin";
  fs::create_directory(folder);
  std::ofstream(folder / "batches.meta.txt") << "airplane\n";
  fs::rename(path, folder / "data_batch_1.bin");
  CHECK_THROWS_WITH_AS(open_dataset(scratch.path.string(), "train"),
                       ("cannot read " + (folder / "data_batch_1.bin").string() +
                        ": its 1099511627776 bytes are over the limit of 1073741824")
                           .c_str(),
                       Error);
}
