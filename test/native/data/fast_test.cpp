// --decode fast: about the views of exact, nothing shifted or blurred, damage refused as there.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "base/error.h"
#include "data/codecs/codec.h"
#include "data/datasets/image_folder.h"
#include "data/images.h"
#include "data/jpeg/idct.h"
#include "data/jpegs.h"
#include "data/loading/loader.h"
#include "data/pixels/color.h"
#include "data/pixels/rescale.h"
#include "data/pixels/view.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

constexpr Sampling kSamplings[] = {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {1, 1, false}};

fs::path write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

// The view of a crop, in grey levels.
std::vector<float> view_of(const Decoded& source, const Box& crop, int64_t size,
                           Interpolation interpolation) {
  Workspace workspace;
  std::vector<float> out(size * size * 3);
  const RandomView view{.size = size, .interpolation = interpolation};
  apply(view, Draw{.crop = crop}, source, {.mean = {0, 0, 0}, .std = {1, 1, 1}}, workspace,
        out.data());
  for (float& value : out) value *= 255;
  return out;
}

struct Apart {
  double mean = 0, most = 0;
};

Apart apart(const std::vector<float>& a, const std::vector<float>& b) {
  Apart out;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    out.mean += difference;
    out.most = std::max(out.most, difference);
  }
  out.mean /= static_cast<double>(a.size());
  return out;
}

struct Views {
  std::vector<float> fast, exact;
};

Views views(const std::string& path, const Box& crop, int64_t size, Interpolation interpolation) {
  Decoder exact(1'000'000), fast(1'000'000);
  exact.open(path);
  fast.open(path);
  const Decoded channels = fast.decode_fast(crop, std::min(crop.width, crop.height) / size);
  CHECK(!channels.channels.empty());
  return {view_of(channels, crop, size, interpolation),
          view_of(exact.decode(crop), crop, size, interpolation)};
}

Apart fast_from_exact(const std::string& path, const Box& crop, int64_t size,
                      Interpolation interpolation) {
  const auto [fast, exact] = views(path, crop, size, interpolation);
  return apart(fast, exact);
}

struct Shift {
  double across = 0, down = 0;  // pixels of the view
};

// How far the exact view has to be moved to come nearest to the fast one: the least squares
// solution of fast - exact = shift · slope.
Shift shift(const std::string& path, const Box& crop, int64_t size) {
  const auto [fast, exact] = views(path, crop, size, Interpolation::bilinear);
  const auto along = [&](int64_t step) {
    double product = 0, square = 0;
    for (int64_t y = 1; y < size - 1; ++y) {
      for (int64_t i = (y * size + 1) * 3; i < (y * size + size - 1) * 3; ++i) {
        const double slope = (exact[i + step] - exact[i - step]) / 2;
        product += (fast[i] - exact[i]) * slope;
        square += slope * slope;
      }
    }
    return square > 0 ? product / square : 0;
  };
  return {along(3), along(size * 3)};
}

}  // namespace

TEST_CASE("fast views are about the exact ones, of every sampling, size and place") {
  const Scratch scratch;
  Stream stream(3, 1, 4, 1);
  for (const Sampling& sampling : kSamplings) {
    for (const auto& [width, height] : {std::pair{301, 223}, {64, 200}, {97, 33}}) {
      const auto path =
          write(scratch.path / "x.jpg", encode(waves(width, height), sampling, 92)).string();
      for (int round = 0; round < 12; ++round) {
        Box box{0, 0, width, height};
        if (round > 0) {
          box.width = 20 + static_cast<int64_t>(stream.below(width - 19));
          box.height = 20 + static_cast<int64_t>(stream.below(height - 19));
          box.left = static_cast<int64_t>(stream.below(width - box.width + 1));
          box.top = static_cast<int64_t>(stream.below(height - box.height + 1));
          if (round % 3 == 1) box.left = width - box.width, box.top = 0;
        }
        const auto interpolation = round % 2 ? Interpolation::bilinear : Interpolation::bicubic;
        const Apart found = fast_from_exact(path, box, 32, interpolation);
        CAPTURE(sampling.across);
        CAPTURE(sampling.down);
        CAPTURE(width);
        CAPTURE(round);
        CHECK(found.mean < 1.5);  // small crops are enlarged, and with them libjpeg's smoothing
      }
    }
  }
}

TEST_CASE("a crop is the same whether all blocks are read or those outside are passed over") {
  const Scratch scratch;
  Stream stream(2, 7, 1, 8);
  for (const Sampling& sampling : kSamplings) {
    for (const int quality : {5, 60, 100}) {
      Image noise(301, 97);
      for (int64_t i = 0; i < noise.bytes(); ++i) {
        noise.data()[i] = static_cast<uint8_t>(stream.below(256));
      }
      const auto path = write(scratch.path / "x.jpg", encode(noise, sampling, quality)).string();
      for (const Box& crop : {Box{0, 0, 40, 40}, {150, 30, 50, 40}, {261, 57, 40, 40}}) {
        Decoder passing(1'000'000), reading(1'000'000);
        passing.open(path);
        reading.open(path);
        const auto of_crop =
            view_of(passing.decode_fast(crop, 1), crop, 32, Interpolation::bicubic);
        const Box all{0, 0, 301, 97};
        CAPTURE(quality);
        CHECK(of_crop == view_of(reading.decode_fast(all, 1), crop, 32, Interpolation::bicubic));
      }
    }
  }
}

TEST_CASE("nothing is shifted: neither luma nor chroma, however far an image is reduced") {
  const Scratch scratch;
  Image image(512, 300);
  for (const bool colour : {false, true}) {
    for (int64_t y = 0; y < image.height(); ++y) {
      for (int64_t x = 0; x < image.width(); ++x) {
        const double across = 60 * std::sin(static_cast<double>(x) / 17);
        const double down = 60 * std::sin(static_cast<double>(y) / 15);
        uint8_t* pixel = image.row(y) + x * 3;
        pixel[0] = static_cast<uint8_t>(colour ? 128 + 1.402 * down : 128 + across);
        pixel[1] = static_cast<uint8_t>(colour ? 128 - 0.344 * across - 0.714 * down : 128 + down);
        pixel[2] = static_cast<uint8_t>(colour ? 128 + 1.772 * across : 128 + across);
      }
    }
    for (const Sampling& sampling : kSamplings) {
      if (colour && !sampling.colour) continue;
      const auto path = write(scratch.path / "x.jpg", encode(image, sampling, 98)).string();
      for (const int64_t size : {40, 60, 100, 200}) {  // 200 pixels are shrunk by 5, 3.3, 2 and 1
        CAPTURE(colour);
        CAPTURE(sampling.across);
        CAPTURE(sampling.down);
        CAPTURE(size);
        const Shift found = shift(path, {101, 37, 200, 200}, size);
        CHECK(std::abs(found.across) < 0.03);
        CHECK(std::abs(found.down) < 0.03);
      }
    }
  }
}

TEST_CASE("a flat image is the same in fast and exact") {
  const Scratch scratch;
  Image flat(150, 120);
  std::fill_n(flat.data(), flat.bytes(), uint8_t{77});
  for (const Sampling& sampling : kSamplings) {
    const auto path = write(scratch.path / "x.jpg", encode(flat, sampling, 90)).string();
    CHECK(fast_from_exact(path, {3, 5, 100, 90}, 32, Interpolation::bicubic).most < 1e-3);
  }
}

TEST_CASE("nothing is blurred: fast keeps the contrast of the finest lines") {
  const Scratch scratch;
  Image lines(128, 128);
  for (int64_t i = 0; i < lines.bytes(); ++i) {
    lines.data()[i] = static_cast<uint8_t>((i / 3) % 2 ? 200 : 50);
  }
  const auto path = write(scratch.path / "x.jpg", encode(lines, {2, 2}, 98)).string();
  const Apart found = fast_from_exact(path, {0, 0, 128, 128}, 128, Interpolation::bilinear);
  CHECK(found.mean < 0.5);
}

TEST_CASE("the transform is the standard's, of all of a block and of its lowest frequencies") {
  Stream stream(2, 7, 1, 8);
  const auto cosine = [](int size, int x, int frequency) {
    return (frequency ? 0.5 : std::sqrt(0.125)) *
           std::cos((2 * x + 1) * frequency * std::numbers::pi / (2 * size));
  };
  for (const int size : {1, 2, 4, 8}) {
    std::array<uint16_t, 64> quantisation;
    for (auto& step : quantisation) step = static_cast<uint16_t>(1 + stream.below(20));
    std::vector<int16_t> coefficients(64 * kIdctLanes);
    for (int k = 0; k < 64; ++k) {
      for (int i = 0; i < kIdctLanes; ++i) {
        const auto value = static_cast<int16_t>(stream.below(41)) - 20;
        coefficients[k * kIdctLanes + i] = static_cast<int16_t>(k < 20 ? value : value / 10);
      }
    }
    Idct idct;
    idct.set(quantisation.data(), size);
    const int stride = kIdctLanes * size + 5;
    std::vector<uint8_t> pixels(stride * size);
    idct.apply(coefficients.data(), pixels.data(), stride);
    int most = 0;
    for (int i = 0; i < kIdctLanes; ++i) {
      for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
          double sum = 128;
          for (int v = 0; v < size; ++v) {
            for (int u = 0; u < size; ++u) {
              sum += cosine(size, y, v) * cosine(size, x, u) * quantisation[v * 8 + u] *
                     coefficients[(v * 8 + u) * kIdctLanes + i];
            }
          }
          const int expected = static_cast<int>(std::lround(std::clamp(sum, 0.0, 255.0)));
          most = std::max(most, std::abs(expected - pixels[y * stride + i * size + x]));
        }
      }
    }
    CHECK(most <= 1);  // a value halfway between two grey levels may be rounded either way
  }
}

TEST_CASE("resizing a channel gives about what resizing pixels gives, also of hard edges") {
  Stream stream(1, 6, 1, 8);
  constexpr int64_t kSide = 90;
  Image image(kSide, kSide);
  std::vector<uint8_t> values(kSide * kSide + 64);
  for (int64_t i = 0; i < kSide * kSide; ++i) {
    values[i] = stream.below(2) ? 215 : 40;  // 0 and 255 would be cut off between the passes
    std::fill_n(image.data() + i * 3, 3, values[i]);
  }
  const Channel channel{values.data(), kSide, 1, 1};
  ResizeScratch exact;
  RescaleScratch fast;
  Planes a, b;
  for (const auto interpolation : {Interpolation::bilinear, Interpolation::bicubic}) {
    for (const Box& box : {Box{0, 0, 90, 90}, {7, 11, 60, 79}, {80, 0, 10, 13}}) {
      const ResizePlan plan = plan_crop(box, 48, interpolation);
      resize(image.pixels(), plan, exact, a);
      rescale({&channel, 1}, plan, fast, b);
      int most = 0;
      for (int colour = 0; colour < 3; ++colour) {
        for (int64_t y = 0; y < 48; ++y) {
          for (int64_t x = 0; x < 48; ++x) {
            most = std::max(most, std::abs(a.row(colour, y)[x] - b.row(colour, y)[x]));
          }
        }
      }
      CHECK(most <= 3);  // the passes come in another order, and each rounds
    }
  }
}

TEST_CASE("Y, Cb and Cr become RGB to a grey level") {
  Planes image;
  image.resize(256, 256);
  for (const int y : {0, 1, 80, 128, 200, 254, 255}) {
    for (int64_t cb = 0; cb < 256; ++cb) {
      for (int64_t cr = 0; cr < 256; ++cr) {
        image.row(0, cb)[cr] = static_cast<uint8_t>(y);
        image.row(1, cb)[cr] = static_cast<uint8_t>(cb);
        image.row(2, cb)[cr] = static_cast<uint8_t>(cr);
      }
    }
    ycc_to_rgb(image);
    double most = 0;
    for (int64_t cb = 0; cb < 256; ++cb) {
      for (int64_t cr = 0; cr < 256; ++cr) {
        const double blue = static_cast<double>(cb) - 128, red = static_cast<double>(cr) - 128;
        const double expected[] = {y + 1.402 * red, y - 0.344136 * blue - 0.714136 * red,
                                   y + 1.772 * blue};
        for (int colour = 0; colour < 3; ++colour) {
          const double value = std::clamp(expected[colour], 0.0, 255.0);
          most = std::max(most, std::abs(value - image.row(colour, cb)[cr]));
        }
      }
    }
    CHECK(most < 0.6);
  }
}

TEST_CASE("fast refuses the damage that exact refuses, up to the last row that is needed") {
  const Scratch scratch;
  const std::string good = encode(waves(200, 150), {2, 2}, 85);
  Stream stream(9, 9, 9, 9);
  Decoder exact(1'000'000), fast(1'000'000);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = good;
    const size_t place = 700 + stream.below(bytes.size() - 702);  // in the segment
    if (round % 4 == 0) {
      bytes.erase(place, bytes.size() - 2 - place);  // the end mark stays
    } else if (round % 4 == 1) {
      bytes.resize(place);
    } else {
      for (size_t i = place; i < std::min(place + 9, bytes.size() - 2); ++i) {
        bytes[i] = static_cast<char>(stream.below(256));
      }
    }
    const auto path = write(scratch.path / "x.jpg", bytes).string();
    const auto fails = [&](auto decode) {
      try {
        decode();
        return false;
      } catch (const ImageError&) {
        return true;
      }
    };
    const Box whole{0, 0, 200, 150}, part{20, 20, 100, 60};
    const bool expected = fails([&] { exact.open(path), exact.decode(whole); });
    CHECK(fails([&] { fast.open(path), fast.decode_fast(whole, 1); }) == expected);
    // libjpeg reads on to the end of a row of blocks, so it may meet more damage.
    const bool in_part = fails([&] { exact.open(path), exact.decode(part); });
    CHECK(fails([&] { fast.open(path), fast.decode_fast(part, 1); }) <= in_part);
    refused += expected;
  }
  CHECK(refused > 200);
}

TEST_CASE("damaged blocks that ask for the most bits there are find them in the padding") {
  // Codes of 16 bits, each followed by a value of 15: 31 bits for every coefficient of 10 blocks in
  // each of 32 MCUs, and a segment that has none of them. AddressSanitizer sees what is read.
  using namespace std::string_literals;
  const std::string longest = std::string(15, '\0') + "\1\x0F"s;
  const std::string header = "\xFF\xD8\xFF\xDB\0\x43\0"s + std::string(64, '\1') +
                             "\xFF\xC0\0\x11\x08\0\x40\4\0\3\1\x42\0\2\x11\0\3\x11\0"s +
                             "\xFF\xC4\0\x14\0"s + longest + "\xFF\xC4\0\x14\x10"s + longest +
                             "\xFF\xDA\0\x0C\3\1\0\2\0\3\0\0\x3F\0"s;
  const Scratch scratch;
  for (const size_t zeros : {0, 1, 1000}) {
    const auto path =
        write(scratch.path / "x.jpg", header + std::string(zeros, '\0') + "\xFF\xD9").string();
    for (const bool fast : {true, false}) {
      Decoder decoder(1'000'000);
      decoder.open(path);
      const Box whole{0, 0, 1024, 64};
      const auto decode = [&] { fast ? decoder.decode_fast(whole, 1) : decoder.decode(whole); };
      CHECK_THROWS_AS(decode(), ImageError);
    }
  }
}

TEST_CASE("what is no common JPEG is decoded by fast as well") {
  Decoder decoder(1'000'000);
  for (const char* name :
       {"progressive.jpg", "cmyk.jpg", "ycck.jpg", "rgb.jpg", "rgb.png", "one_pixel.jpg"}) {
    const std::string path = std::string(RDM_TEST_IMAGES) + "/" + name;
    const Extent extent = decoder.open(path);
    const Box whole{0, 0, extent.width, extent.height};
    const auto fast = view_of(decoder.decode_fast(whole, 1), whole, 16, Interpolation::bilinear);
    decoder.open(path);
    const auto exact = view_of(decoder.decode(whole), whole, 16, Interpolation::bilinear);
    CAPTURE(name);
    CHECK(apart(fast, exact).mean < 1);
  }
}

TEST_CASE("fast batches are the same with one and with several workers") {
  const Scratch scratch;
  const fs::path folder = scratch.path / "train/a";
  fs::create_directories(folder);
  for (int i = 0; i < 12; ++i) {
    const Sampling& sampling = kSamplings[i % std::size(kSamplings)];
    write(folder / (std::to_string(i) + ".jpg"),
          encode(waves(60 + 31 * i, 300 - 17 * i), sampling, 80));
  }
  LoaderOptions options;
  options.batch_size = 3;
  options.decode = Decode::fast;
  options.augmentation = std::vector<RandomView>(2, RandomView{.size = 24});
  Loader one(image_folder(scratch.path.string(), "train"), options);
  options.workers = 4;
  Loader four(image_folder(scratch.path.string(), "train"), options);
  one.start(1);
  four.start(1);
  while (const auto a = one.next()) {
    const auto b = four.next();
    for (int v = 0; v < 2; ++v) {
      CHECK(std::equal(a->view(v), a->view(v) + 3 * 24 * 24 * 3, b->view(v)));
    }
  }
}
