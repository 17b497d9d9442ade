// Decoding: the pixels that Pillow gives for every kind of file, and errors that name the file.
#include "data/codecs/codec.h"

#include <doctest/doctest.h>
#include <jpeglib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "data/images.h"
#include "data/jpeg/jpeg.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

std::string failure(const fs::path& path, int64_t max_pixels = 1'000'000) {
  try {
    Decoder decoder(max_pixels);
    const Extent extent = decoder.open(path.string());
    decoder.decode({0, 0, extent.width, extent.height});
  } catch (const Error& error) {
    CHECK(error.code == Code::bad_data);
    CHECK(!error.hint.empty());
    CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
    return error.what();
  }
  return "no error";
}

// False for WebP and TIFF where rdm was built without their libraries, as the message then says.
bool can_read(const fs::path& path) {
  if (path.extension() != ".webp" && path.extension() != ".tiff") return true;
  const std::string message = failure(path);
  if (message == "no error") return true;
  CHECK(message.find("and rdm was built without lib") != std::string::npos);
  return false;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

// Decodes by libjpeg alone.
Image plain_decode(const std::vector<uint8_t>& file) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file.data(), file.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  Image out(info.output_width, info.output_height);
  while (info.output_scanline < info.output_height) {
    uint8_t* row = out.row(info.output_scanline);
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return out;
}

}  // namespace

TEST_CASE("every kind of image decodes to Pillow's pixels") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(RDM_TEST_IMAGES)) {
    if (entry.path().extension() != ".ppm") continue;
    const fs::path file = entry.path().parent_path() / entry.path().stem();
    CAPTURE(file.string());
    if (!can_read(file)) continue;
    const Image expected = read_ppm(entry.path().string());
    const Difference difference = compare(to_planes(read_image(file.string())), expected);
    CHECK(difference.most == 0);
    ++count;
  }
  CHECK(count >= 30);
}

TEST_CASE("a box of an image decodes to the same pixels as the whole") {
  Decoder decoder(1'000'000);
  Stream stream(1, 2, 3, 4);
  for (const auto& entry : fs::directory_iterator(RDM_TEST_IMAGES)) {
    if (entry.path().extension() != ".jpg") continue;
    CAPTURE(entry.path().string());
    const Image whole = read_image(entry.path().string());
    const int64_t width = whole.width(), height = whole.height();
    int64_t wrong = 0;
    for (int round = 0; round < 200; ++round) {
      Box box;
      box.width = 1 + static_cast<int64_t>(stream.below(width));
      box.height = 1 + static_cast<int64_t>(stream.below(height));
      box.left = static_cast<int64_t>(stream.below(width - box.width + 1));
      box.top = static_cast<int64_t>(stream.below(height - box.height + 1));
      decoder.open(entry.path().string());
      const Pixels pixels = decoder.decode(box).pixels;
      for (int64_t y = box.top; y < box.top + box.height; ++y) {
        wrong +=
            !std::equal(pixels.row(y) + box.left * 3, pixels.row(y) + (box.left + box.width) * 3,
                        whole.row(y) + box.left * 3);
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("long and short codes, dense and sparse blocks decode as libjpeg alone decodes them") {
  const Scratch scratch;
  Stream stream(5, 6, 7, 8);
  for (const int quality : {1, 5, 20, 50, 75, 90, 97, 100}) {
    for (const uint64_t contrast : {2, 40, 256}) {
      Image image(97, 61);
      for (int64_t i = 0; i < image.bytes(); ++i) {
        image.data()[i] = static_cast<uint8_t>(stream.below(contrast) * (255 / (contrast - 1)));
      }
      const auto bytes = encode_jpeg(image, quality);
      const auto path = write(scratch.path / "noise.jpg", {bytes.begin(), bytes.end()});
      CAPTURE(quality);
      CAPTURE(contrast);
      CHECK(compare(to_planes(read_image(path.string())), plain_decode(bytes)).most == 0);
    }
  }
}

TEST_CASE("what is not a good image is refused, naming the file and the reason") {
  const Scratch scratch;
  const fs::path good = fs::path(RDM_TEST_IMAGES) / "420.jpg";
  const std::string jpeg = bytes_of(good), png = bytes_of(fs::path(RDM_TEST_IMAGES) / "rgb.png");
  CHECK(has(failure(scratch.path / "absent.jpg"), "No such file"));
  CHECK(has(failure(scratch.path), "a folder, not a file"));
  CHECK(has(failure(write(scratch.path / "empty.jpg", "")), "the file is empty"));
  CHECK(has(failure(write(scratch.path / "text.jpg", "hello, world")),
            "not an image of a known format"));
  CHECK(has(failure(write(scratch.path / "short.jpg", jpeg.substr(0, jpeg.size() / 2))),
            "truncated"));
  CHECK(has(failure(write(scratch.path / "header.jpg", jpeg.substr(0, 30))), "truncated"));
  CHECK(
      has(failure(write(scratch.path / "short.png", png.substr(0, png.size() / 2))), "truncated"));
  CHECK(has(failure(write(scratch.path / "x.gif", "GIF89a....")),
            "a GIF image, a format that is not supported"));
  for (const char* file : {"rgb.bmp", "grey.bmp", "colour.pnm"}) {
    const std::string bytes = bytes_of(fs::path(RDM_TEST_IMAGES) / file);
    CHECK(
        has(failure(write(scratch.path / file, bytes.substr(0, bytes.size() - 40))), "truncated"));
  }
  std::string damaged = png;
  damaged[damaged.size() / 2] ^= 1;
  CHECK(has(failure(write(scratch.path / "damaged.png", damaged)), "damaged"));
  CHECK(has(failure(good, 37 * 23 - 1), "37 x 23 pixels are over the limit of 850"));
  CHECK(failure(good, 37 * 23) == "no error");
}

TEST_CASE("a decoder goes on after a bad file") {
  const Scratch scratch;
  const fs::path good = fs::path(RDM_TEST_IMAGES) / "progressive.jpg";
  const std::string jpeg = bytes_of(good);
  const auto bad = write(scratch.path / "bad.jpg", jpeg.substr(0, jpeg.size() - 100));
  Decoder decoder(1'000'000);
  for (int i = 0; i < 3; ++i) {
    const Extent extent = decoder.open(bad.string());
    CHECK_THROWS_AS(decoder.decode({0, 0, extent.width, extent.height}), Error);
    CHECK(decoder.open(good.string()).width == 37);
    const Pixels pixels = decoder.decode({0, 0, 37, 23}).pixels;
    CHECK(pixels.height == 23);
  }
}

TEST_CASE("the JPEG encoder's files decode to about what went in") {
  Image image(40, 30);
  for (int64_t i = 0; i < image.bytes(); ++i) image.data()[i] = static_cast<uint8_t>(i / 120 * 8);
  const auto bytes = encode_jpeg(image, 95);
  const Scratch scratch;
  const auto path = write(scratch.path / "x.jpg", {bytes.begin(), bytes.end()});
  CHECK(compare(to_planes(read_image(path.string())), image).mean < 2);
}
