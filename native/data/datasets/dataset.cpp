#include "data/datasets/dataset.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/printable.h"

namespace rdm {
namespace {

constexpr size_t kMaxListBytes = 4 << 20;  // the names of ImageNet-21k take 0.2 MiB

}  // namespace

const char* const kPlaces =
    "images come from a folder with train/CLASS/*.jpg, from one with images at any depth, from a "
    "list (.txt, or - for standard input) or a table (.csv: path,label), from shards (.tar, "
    "shard-{000..099}.tar), or from the files of CIFAR or STL-10";

void keep(Dataset& dataset, const std::vector<int64_t>& images) {
  if (static_cast<int64_t>(images.size()) == dataset.size()) return;
  const int64_t bytes = dataset.width * dataset.height * 3;
  int64_t to = 0;
  for (const int64_t from : images) {
    std::swap(dataset.samples[to], dataset.samples[from]);
    if (dataset.in_memory()) {
      const auto pixels = dataset.pixels.begin();
      std::copy_n(pixels + from * bytes, bytes, pixels + to * bytes);
    }
    ++to;
  }
  dataset.samples.resize(to);
  if (dataset.in_memory()) dataset.pixels.resize(to * bytes);
}

Extent open_image(Decoder& decoder, const Dataset& dataset, const Sample& sample) {
  if (sample.shard == kNoShard) return decoder.open(sample.path);
  return decoder.open(sample.path, [&](std::string& out) {
    dataset.shards->read(sample.shard, sample.offset, sample.bytes, out);
  });
}

Dataset evenly_spaced(Dataset dataset, int64_t count) {
  const int64_t all = dataset.size();
  if (count == 0 || count >= all) return dataset;
  std::vector<int64_t> images;
  for (int64_t i = 0; i < count; ++i) images.push_back(i * all / count);
  keep(dataset, images);
  return dataset;
}

std::optional<std::pair<int64_t, int64_t>> find_double(const Dataset& dataset) {
  std::vector<std::pair<size_t, int64_t>> hashes;  // of a path, and its index
  hashes.reserve(dataset.samples.size());
  for (const auto& sample : dataset.samples) {
    hashes.emplace_back(std::hash<std::string>()(sample.path), static_cast<int64_t>(hashes.size()));
  }
  std::sort(hashes.begin(), hashes.end());
  std::optional<std::pair<int64_t, int64_t>> found;
  for (size_t i = 1; i < hashes.size(); ++i) {
    const auto [previous, earlier] = hashes[i - 1];
    const auto [hash, later] = hashes[i];
    if (hash != previous || dataset.samples[earlier].path != dataset.samples[later].path) continue;
    if (!found || later < found->second) found = {earlier, later};
  }
  return found;
}

std::vector<std::string> read_class_list(const std::string& path) {
  std::string text;
  try {
    read_file(path, kMaxListBytes, text);
  } catch (const std::runtime_error& error) {
    throw Error(Code::bad_data,
                message("cannot read the list of classes: ", path, ": ", error.what()));
  }
  std::istringstream in(text);
  std::vector<std::string> classes;
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view kBlank = " \t\r";
    const size_t begin = line.find_first_not_of(kBlank);
    if (begin == std::string::npos || line[begin] == '#') continue;
    classes.push_back(line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin));
  }
  RDM_CHECK(!classes.empty(), Code::bad_data, "the list of classes is empty: ", path);
  return classes;
}

namespace {

// Names come from folders and files of others, and go to terminals, logs and drawings.
void check_names(const std::vector<std::string>& sorted, const std::string& place) {
  for (const auto& name : sorted) {
    if (shortened(name) == name) continue;
    throw Error(Code::bad_data,
                message("a class name that cannot be shown, or of over 300 bytes, in ", place, ": ",
                        shortened(name)),
                "rename the class: UTF-8 without control characters");
  }
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return;
  throw Error(Code::bad_data, message("two classes have the name `", *twice, "` in ", place),
              "give each class a name of its own, or unpack the archive again");
}

}  // namespace

std::vector<std::string> choose_classes(std::vector<std::string> available,
                                        const std::vector<std::string>& wanted,
                                        const std::string& place) {
  std::sort(available.begin(), available.end());
  check_names(available, place);
  if (wanted.empty()) return available;
  std::vector<std::string> chosen;
  for (const auto& name : wanted) {
    if (!std::binary_search(available.begin(), available.end(), name)) {
      throw Error(Code::bad_data, message("no class `", shortened(name), "` in ", place),
                  "the list of classes has one name of a class folder on each line");
    }
    chosen.push_back(name);
  }
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

namespace {

[[noreturn]] void refuse_by_class(const char* flag, const std::string& place) {
  throw Error(
      Code::bad_data,
      message(flag, " chooses by class, and the images of ", printable(place), " have no labels"),
      "leave it out, or give labels: --labels FILE.csv, with path,label");
}

}  // namespace

void refuse_choice_of_classes(const DatasetOptions& options, const std::string& place) {
  if (!options.classes.empty()) refuse_by_class("--classes", place);
}

void refuse_choice_by_class(const Dataset& dataset, const char* flag) {
  if (!dataset.labelled()) refuse_by_class(flag, name_of(dataset));
}

std::string name_of(const Dataset& dataset) {
  if (dataset.sources.empty()) return dataset.root;
  const auto& first = dataset.sources.front().place;
  const size_t more = dataset.sources.size() - 1;
  return more == 0 ? first
                   : message(first, " and ", more, more == 1 ? " more place" : " more places");
}

void refuse_published(const std::string& path, const std::string& reason) {
  throw Error(Code::bad_data, message("cannot read ", path, ": ", shortened(reason)),
              "unpack the archive again; it may be damaged");
}

void require_labels(const Dataset& dataset, const std::string& what) {
  if (dataset.labelled()) return;
  throw Error(Code::bad_data,
              message("the images of ", printable(name_of(dataset)), " have no labels, which ",
                      what, " needs"),
              "give them with --labels FILE.csv, with path,label, or as train/CLASS/*.jpg");
}

uint64_t listing_hash(const Dataset& dataset) {
  uint64_t hash = 0xCBF29CE484222325;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
    hash = hash * 0x100000001B3;  // a separator: a zero byte
  };
  for (const auto& name : dataset.classes) add(name);
  add("");
  std::string root = dataset.root;
  for (const auto& sample : dataset.samples) {
    // The path below the root, so that a folder that is moved keeps its hash.
    const auto is_below = [&](const std::string& root) {
      return sample.path.starts_with(root + "/");
    };
    if (!is_below(root)) {
      const auto other = std::ranges::find_if(dataset.sources, is_below, &Source::root);
      if (other != dataset.sources.end()) {
        root = other->root;
        // Several folders may have files of the same names.
        add(std::filesystem::path(other->place).filename().string());
      }
    }
    add(std::string_view(sample.path).substr(is_below(root) ? root.size() : 0));
    add(std::to_string(sample.label));
  }
  for (const auto& source : dataset.sources) {
    if (source.checksum != 0) add(std::to_string(source.checksum));
  }
  return hash;
}

}  // namespace rdm
