// The headers of a tar archive: ustar's (POSIX.1-1988), GNU's, and pax's records (POSIX.1-2001).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rdm::tar {

inline constexpr int64_t kBlock = 512;
using Block = std::array<char, kBlock>;

// What is wrong, without the place.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Header {
  char type = '0';
  std::string name;
  int64_t size = 0;
};

bool is_zero(const Block& block);

// Throws Malformed for a block that is no header of ustar or GNU tar, or whose checksum is wrong.
Header read_header(const Block& block);

// What pax's records say of the member behind them.
struct PaxRecords {
  std::optional<std::string> path;
  std::optional<int64_t> size;
};

// Reads records `LENGTH KEY=VALUE\n`. Throws Malformed, also for a sparse file's.
PaxRecords read_pax(std::string_view records);

// What a type of member is, as messages call it.
std::string name_of_type(char type);

}  // namespace rdm::tar
