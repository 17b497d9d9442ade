#include "data/lists/extensions.h"

#include <algorithm>
#include <array>

namespace rdm {
namespace {

// torchvision.datasets.folder.IMG_EXTENSIONS
constexpr std::array<std::string_view, 9> kExtensions{".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                      ".pgm", ".tif",  ".tiff", ".webp"};

}  // namespace

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string extension_of(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? "" : lower_case(std::string(name.substr(dot)));
}

bool is_image_extension(std::string_view extension) {
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

}  // namespace rdm
