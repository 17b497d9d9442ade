// A labelled set of images: files in folders, or pixels in memory.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace rdm {

struct Sample {
  std::string path;  // where the image lies, or what it is called if it lies in memory
  int64_t label = 0;  // index into Dataset::classes
};

struct Dataset {
  std::string root;                  // for messages
  std::vector<std::string> classes;  // sorted
  std::vector<Sample> samples;       // sorted by class, then by path

  // Images in memory, all of one size: (samples, height, width, 3). Empty when they are files.
  std::vector<uint8_t> pixels;
  int64_t width = 0, height = 0;

  int64_t size() const { return static_cast<int64_t>(samples.size()); }
  bool in_memory() const { return !pixels.empty(); }
};

// Changes when a class, a path or a label does: 64-bit FNV-1a over the listing, without the root.
uint64_t listing_hash(const Dataset& dataset);

}  // namespace rdm
