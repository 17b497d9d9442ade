#include "formats/zip_bytes.h"

#include "pickle/pickle.h"

namespace rdm {

void fail_zip(const std::string& reason) {
  throw pickle::Malformed("the zip is damaged: " + reason);
}

std::string read_bytes(std::ifstream& file, uint64_t at, uint64_t count) {
  std::string out(count, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  if (!file.read(out.data(), static_cast<std::streamsize>(count))) fail_zip("it is cut short");
  return out;
}

uint64_t number_at(std::string_view bytes, size_t at, size_t count) {
  if (at + count > bytes.size()) fail_zip("a field is cut short");
  uint64_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace rdm
