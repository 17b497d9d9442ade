#include "data/datasets/synthetic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "base/error.h"
#include "base/random.h"
#include "data/jpeg/jpeg.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, kSyntheticClasses> kNames{
    "blotches", "bullseye", "checks", "crosses", "diagonals",
    "disc",     "dots",     "levels", "pillars", "square"};

struct Point {
  double x, y;
};

// How far inside the figure of a class a point lies, in units of the pattern's period. Points
// outside have negative values.
double inside(int64_t label, Point p, const std::array<Point, 6>& centres) {
  const auto wave = [](double t) { return std::sin(2 * std::numbers::pi * t); };
  // The distance to the middle of a cell of length 1.
  const auto cell = [](double t) { return std::abs(t - std::floor(t) - 0.5); };
  const double radius = std::hypot(p.x, p.y), widest = std::max(std::abs(p.x), std::abs(p.y));
  switch (label) {
    case 0: {  // a few soft hills
      double height = -0.5;
      for (const Point& c : centres)
        height += std::exp(-2 * std::pow(std::hypot(p.x - c.x, p.y - c.y), 2));
      return height;
    }
    case 1: return wave(radius);
    case 2: return wave(p.x / 1.6) * wave(p.y / 1.6);
    case 3: {
      const double x = cell(p.x / 1.4), y = cell(p.y / 1.4);
      return std::min(0.42 - std::max(x, y), 0.12 - std::min(x, y));
    }
    case 4: return wave((p.x + p.y) * std::numbers::sqrt2 / 2);
    case 5: return 1.7 - radius;
    case 6: return 0.27 - std::hypot(cell(p.x), cell(p.y));
    case 7: return wave(p.y);
    case 8: return wave(p.x);
    default: return 1.5 - widest;
  }
}

using Colour = std::array<double, 3>;

// RGB, 0 … 255, from hue, saturation and value, each 0 … 1.
Colour colour(double hue, double saturation, double value) {
  Colour out;
  for (int channel = 0; channel < 3; ++channel) {
    const double turn = std::fmod(hue + 5.0 / 6.0 + (2 - channel) / 3.0 + 1, 1.0) * 6;
    const double share = std::clamp(std::min(turn, 4 - turn), 0.0, 1.0);
    out[channel] = 255 * value * (1 - saturation * share);
  }
  return out;
}

void write_file(const fs::path& path, const std::vector<uint8_t>& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  RDM_CHECK(out, Code::bad_output, "cannot write ", path.string());
}

}  // namespace

const char* synthetic_class(int64_t label) {
  return kNames.at(label);
}

Image synthetic_image(int64_t label, int64_t number, int64_t size, uint64_t seed) {
  Stream stream(seed, label, number, 0);
  const auto side = [&] { return size + static_cast<int64_t>(stream.below(size / 4 + 1)); };
  const int64_t width = side(), height = side();
  Image image(width, height);
  // Each class prefers a hue, but hues overlap so far that the mean colour does not give it away.
  const double hue = static_cast<double>(label) / kSyntheticClasses + stream.uniform(-0.3, 0.3);
  const Colour front = colour(hue + 1, stream.uniform(0.4, 0.9), stream.uniform(0.6, 1.0));
  const Colour back = colour(stream.uniform(), stream.uniform(0.1, 0.6), stream.uniform(0.15, 0.5));
  const bool swapped = stream.chance(0.5);
  const double period = static_cast<double>(size) * stream.uniform(0.16, 0.24);
  const double angle = stream.uniform(-0.2, 0.2);
  const Point centre{static_cast<double>(width) * stream.uniform(0.35, 0.65),
                     static_cast<double>(height) * stream.uniform(0.35, 0.65)};
  const double light = stream.uniform(-0.25, 0.25), noise = stream.uniform(4, 14);
  std::array<Point, 6> hills;
  for (auto& hill : hills) hill = {stream.uniform(-2.5, 2.5), stream.uniform(-2.5, 2.5)};

  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const double dx = (static_cast<double>(x) - centre.x) / period;
      const double dy = (static_cast<double>(y) - centre.y) / period;
      const Point p{dx * std::cos(angle) - dy * std::sin(angle),
                    dx * std::sin(angle) + dy * std::cos(angle)};
      double share = std::clamp(inside(label, p, hills) * 5 + 0.5, 0.0, 1.0);
      if (swapped) share = 1 - share;
      const double brightness =
          1 + light * (static_cast<double>(x) / static_cast<double>(width) - 0.5);
      for (int channel = 0; channel < 3; ++channel) {
        const double value =
            (back[channel] + share * (front[channel] - back[channel])) * brightness +
            stream.uniform(-noise, noise);
        image.row(y)[x * 3 + channel] = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return image;
}

int64_t synthesize(const std::string& dir, const SyntheticOptions& options) {
  std::error_code error;
  if (fs::exists(dir, error) && !(fs::is_directory(dir, error) && fs::is_empty(dir, error))) {
    throw Error(Code::bad_output, message("the folder is not empty: ", dir),
                "choose a folder that is empty or does not exist yet");
  }
  int64_t count = 0;
  const auto write_split = [&](const char* split, int64_t per_class, int64_t first) {
    for (int64_t label = 0; label < kSyntheticClasses; ++label) {
      const fs::path folder = fs::path(dir) / split / synthetic_class(label);
      fs::create_directories(folder, error);
      RDM_CHECK(!error, Code::bad_output, "cannot create ", folder.string(), ": ", error.message());
      for (int64_t i = 0; i < per_class; ++i, ++count) {
        char name[32];
        std::snprintf(name, sizeof name, "%04lld.jpg", static_cast<long long>(i));
        const Image image = synthetic_image(label, first + i, options.size, options.seed);
        write_file(folder / name, encode_jpeg(image, /*quality=*/90));
      }
    }
  };
  write_split("train", options.train_per_class, 0);
  write_split("val", options.val_per_class, options.train_per_class);
  return count;
}

}  // namespace rdm
