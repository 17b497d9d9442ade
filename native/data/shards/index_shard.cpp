// Indexes a shard.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/printable.h"
#include "data/lists/extensions.h"
#include "data/shards/json_label.h"
#include "data/shards/shard_index.h"
#include "data/shards/tar_reader.h"

namespace rdm {
namespace {

constexpr int64_t kMostImageBytes = int64_t{1} << 30;  // as of a file
constexpr int64_t kMostLabelBytes = 1 << 20;

// Neighbouring members with one key.
struct ShardSample {
  std::string key;
  std::string image_name;
  TarMember image;
  std::optional<std::string> from_json, from_cls;
};

class ShardIndexer {
 public:
  ShardIndexer(const InputFile& file, const std::string& path) : file_(file), tar_(file, path) {
    index_.stamp = file.stamp();
  }

  ShardIndex run() {
    for (TarMember member; tar_.next(member);) take(member);
    close();
    index_.checksum = tar_.checksum();
    refuse_doubles();
    return std::move(index_);
  }

 private:
  void take(TarMember& member) {
    const size_t name = member.name.rfind('/') + 1;  // 0 where there is none
    const size_t dot = std::min(member.name.find('.', name), member.name.size());
    const auto key = std::string_view(member.name).substr(0, dot);
    const auto extension = lower_case(member.name.substr(dot));
    if (dot == name) {  // a hidden file has no key
      ++index_.ignored[extension];
      return;
    }
    if (key != sample_.key) close();
    sample_.key = key;
    if (is_image_extension(extension)) {
      if (!sample_.image.name.empty()) {
        throw tar_.error(member.offset, message("a second image of the key ", shortened(key)),
                         kKeys);
      }
      if (member.size > kMostImageBytes) {
        throw tar_.error(member.offset,
                         message("an image of ", member.size, " bytes: ", shortened(member.name)));
      }
      sample_.image = std::move(member);
    } else if (extension == ".cls") {
      sample_.from_cls = text_label(member);
    } else if (extension == ".json") {
      try {
        sample_.from_json = json_label(text_of(member));
      } catch (const std::runtime_error& error) {
        throw tar_.error(member.offset, message(shortened(member.name), ": ", error.what()));
      }
    } else {
      ++index_.ignored[extension];
    }
  }

  std::string text_of(const TarMember& member) const {
    if (member.size > kMostLabelBytes) throw std::runtime_error("it has over 1 MiB");
    std::string text(static_cast<size_t>(member.size), '\0');
    text.resize(file_.read(member.offset, text.data(), text.size()));
    return text;
  }

  std::string text_label(const TarMember& member) const {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto text = text_of(member);
    const size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string::npos) {
      throw tar_.error(member.offset, message("an empty label: ", shortened(member.name)));
    }
    return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
  }

  int32_t number_of(const std::string& label, const TarMember& image) {
    if (shortened(label) != label) {
      throw tar_.error(image.offset, message("a label that cannot be shown, or of over 300 bytes: ",
                                             shortened(label)));
    }
    const auto [at, added] =
        numbers_.try_emplace(label, static_cast<int32_t>(index_.labels.size()));
    if (added) index_.labels.push_back(label);
    return at->second;
  }

  void close() {
    auto sample = std::exchange(sample_, {});
    if (sample.image.name.empty()) return;
    ShardImage image{std::move(sample.image.name), sample.image.offset,
                     static_cast<uint32_t>(sample.image.size)};
    const auto& label = sample.from_json ? sample.from_json : sample.from_cls;
    if (!index_.images.empty() && label.has_value() == index_.labels.empty()) {
      const auto& without = label ? index_.images[0] : image;
      throw tar_.error(without.offset,
                       message("no label for ", shortened(without.name), ", where others have one"),
                       "label every image, or none: KEY.cls, or `label` in KEY.json");
    }
    if (label) image.label = number_of(*label, sample.image);
    index_.images.push_back(std::move(image));
  }

  static std::string_view key_of(std::string_view name) {
    return name.substr(0, name.find('.', name.rfind('/') + 1));
  }

  // Keys that come again later, and not as neighbours.
  void refuse_doubles() const {
    std::vector<const ShardImage*> sorted;
    for (const auto& image : index_.images) sorted.push_back(&image);
    const auto key = [](const ShardImage* image) { return key_of(image->name); };
    std::ranges::stable_sort(sorted, {}, key);
    const auto found = std::ranges::adjacent_find(sorted, {}, key);
    if (found == sorted.end()) return;
    throw tar_.error(found[1]->offset,
                     message("the key ", shortened(key(found[0])), " comes again; it was at byte ",
                             found[0]->offset),
                     kKeys);
  }

  static constexpr const char* kKeys =
      "a key, a file's name up to its first dot, is that of one image in a shard";

  const InputFile& file_;
  TarReader tar_;
  ShardIndex index_;
  ShardSample sample_;
  std::unordered_map<std::string, int32_t> numbers_;
};

}  // namespace

ShardIndex index_shard(const InputFile& file, const std::string& path) {
  return ShardIndexer(file, path).run();
}

}  // namespace rdm
