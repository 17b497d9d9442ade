#include "data/shards/shard_index.h"

#include "base/printable.h"

namespace rdm {
namespace {

constexpr std::string_view kMagic = "RDMSHARD1\n";
constexpr size_t kMostNameBytes = 4096;
constexpr int64_t kHeaderBytes = 512;  // no image lies before the first member's header

uint64_t hash_of(std::string_view bytes) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return hash;
}

class IndexWriter {
 public:
  void number(uint64_t value, int bytes = 8) {
    for (int i = 0; i < bytes; ++i) out_ += static_cast<char>(value >> (8 * i));
  }
  void text(std::string_view text) {
    number(text.size(), 2);
    out_ += text;
  }
  void raw(std::string_view bytes) { out_ += bytes; }
  std::string finish() {
    number(hash_of(out_));
    return std::move(out_);
  }

 private:
  std::string out_;
};

struct Damaged {};

class IndexReader {
 public:
  explicit IndexReader(std::string_view bytes) : rest_(bytes) {}

  uint64_t number(int bytes = 8) {
    const auto taken = take(bytes);
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) {
      value |= uint64_t{static_cast<uint8_t>(taken[i])} << (8 * i);
    }
    return value;
  }
  std::string text() {
    std::string text(take(number(2)));
    if (text.size() > kMostNameBytes || printable(text) != text) throw Damaged();
    return text;
  }
  std::string_view take(size_t bytes) {
    if (bytes > rest_.size()) throw Damaged();
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  // How many things of at least so many bytes follow.
  size_t count(size_t bytes_of_each) {
    const uint64_t count = number();
    if (count > rest_.size() / bytes_of_each) throw Damaged();
    return count;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

ShardImage read_image(IndexReader& in, const ShardIndex& index) {
  ShardImage image;
  image.name = in.text();
  image.offset = static_cast<int64_t>(in.number());
  image.bytes = static_cast<uint32_t>(in.number(4));
  image.label = static_cast<int32_t>(in.number(4));
  const bool inside = image.offset >= kHeaderBytes && image.offset <= index.stamp.size &&
                      image.bytes <= index.stamp.size - image.offset;
  const bool labelled = !index.labels.empty();
  const bool known =
      labelled ? image.label >= 0 && image.label < std::ssize(index.labels) : image.label == -1;
  if (!inside || !known || image.name.empty()) throw Damaged();
  return image;
}

}  // namespace

std::string encode_index(const ShardIndex& index) {
  IndexWriter out;
  out.raw(kMagic);
  out.number(index.stamp.size);
  out.number(index.stamp.modified);
  out.number(index.checksum);
  out.number(index.labels.size());
  for (const auto& label : index.labels) out.text(label);
  out.number(index.ignored.size());
  for (const auto& [extension, count] : index.ignored) {
    out.text(extension);
    out.number(count);
  }
  out.number(index.images.size());
  for (const auto& image : index.images) {
    out.text(image.name);
    out.number(image.offset);
    out.number(image.bytes, 4);
    out.number(static_cast<uint32_t>(image.label), 4);
  }
  return out.finish();
}

std::optional<ShardIndex> decode_index(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + 8 || !bytes.starts_with(kMagic)) return std::nullopt;
  const auto body = bytes.substr(0, bytes.size() - 8);
  IndexReader in(body.substr(kMagic.size()));
  ShardIndex index;
  try {
    if (IndexReader(bytes.substr(body.size())).number() != hash_of(body)) return std::nullopt;
    index.stamp.size = static_cast<int64_t>(in.number());
    index.stamp.modified = static_cast<int64_t>(in.number());
    index.checksum = in.number();
    index.labels.resize(in.count(2));
    for (auto& label : index.labels) label = in.text();
    for (size_t left = in.count(10); left > 0; --left) {
      const auto extension = in.text();
      index.ignored[extension] = static_cast<int64_t>(in.number());
    }
    for (size_t left = in.count(18); left > 0; --left) {
      index.images.push_back(read_image(in, index));
    }
  } catch (const Damaged&) {
    return std::nullopt;
  }
  return in.at_end() ? std::optional(std::move(index)) : std::nullopt;
}

}  // namespace rdm
