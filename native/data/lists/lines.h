// The lines of a text file, which may be of any size, or of standard input.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace rdm {

inline constexpr const char* kStandardInput = "-";

class Lines {
 public:
  // Throws bad_data where it cannot be read.
  explicit Lines(const std::string& file);
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // The next line without its end, which may be \n or \r\n, and without a byte order mark; false
  // after the last one. Throws bad_data for a line of over 8192 bytes or with control characters.
  bool next(std::string& line);

  // What is wrong with line `number`, or with the one that was read last.
  Error error(const std::string& reason, const std::string& hint = "") const;
  Error error(int64_t number, const std::string& reason, const std::string& hint = "") const;

  int64_t number() const { return number_; }  // of the line that was read last, from 1

 private:
  bool fill();

  std::string name_;
  int descriptor_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;
  int64_t number_ = 0;
};

}  // namespace rdm
