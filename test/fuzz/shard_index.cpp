// The index of a shard, whose checksum is mended.
#include "data/shards/shard_index.h"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  uint64_t hash = 0xCBF29CE484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(hash >> (8 * i));
  const auto index = rdm::decode_index(bytes);
  if (!index) return 0;
  for (const auto& image : index->images) {
    if (image.offset < 512 || image.bytes > index->stamp.size - image.offset) __builtin_trap();
  }
  if (rdm::decode_index(rdm::encode_index(*index)) != index) __builtin_trap();
  return 0;
}
