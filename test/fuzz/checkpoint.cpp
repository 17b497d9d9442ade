// The pickle of a checkpoint, in a zip that is good, so that only the pickle is to be doubted. Its
// storages 0 to 3 have 4, 16, 64 and 256 bytes.
#include <zlib.h>

#include <array>

#include "checkpoint_file.h"

namespace {

std::string little(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// A zip of one record after the other.
class Zip {
 public:
  void add(const std::string& name, const std::string& content) {
    const auto checksum =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const std::string sizes = little(checksum, 4) + little(content.size(), 4) +
                              little(content.size(), 4) + little(name.size(), 2) + little(0, 2);
    directory_ += "PK\1\2" + std::string(12, '\0') + sizes + std::string(10, '\0') +
                  little(file_.size(), 4) + name;
    file_ += "PK\3\4" + std::string(10, '\0') + sizes + name + content;
    ++records_;
  }

  std::string finish() const {
    return file_ + directory_ + "PK\5\6" + little(0, 4) + little(records_, 2) +
           little(records_, 2) + little(directory_.size(), 4) + little(file_.size(), 4) +
           little(0, 2);
  }

 private:
  std::string file_, directory_;
  uint64_t records_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Zip zip;
  zip.add("a/data.pkl", std::string(rdm::fuzz::text(data, size)));
  for (int key = 0; key < 4; ++key) {
    zip.add("a/data/" + std::to_string(key), std::string(size_t{4} << (2 * key), '\1'));
  }
  rdm::fuzz::read_checkpoint(zip.finish());
  return 0;
}
