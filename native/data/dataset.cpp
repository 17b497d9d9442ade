#include "data/dataset.h"

#include <string_view>

namespace rdm {

uint64_t listing_hash(const Dataset& dataset) {
  uint64_t hash = 0xCBF29CE484222325;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
    hash = hash * 0x100000001B3;  // a separator: a zero byte
  };
  for (const auto& name : dataset.classes) add(name);
  add("");
  for (const auto& sample : dataset.samples) {
    // Paths below the root only, so that a moved folder keeps its hash.
    std::string_view path = sample.path;
    if (path.starts_with(dataset.root)) path.remove_prefix(dataset.root.size());
    add(path);
    add(std::to_string(sample.label));
  }
  return hash;
}

}  // namespace rdm
