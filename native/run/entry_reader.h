// What a checkpoint records of its run, entry by entry. A file may come from anywhere: an entry
// that is missing, of another kind or out of range is refused (bad_checkpoint) by file and key.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/plain.h"

namespace rdm {

class EntryReader {
 public:
  // path: of the file; key: the dictionary's place in it, such as rdm.state.
  EntryReader(const Plain& dictionary, std::string path, std::string key);

  bool has(const char* key) const { return dictionary_.find(key); }
  bool is_null(const char* key) const { return at(key).is_null(); }
  int64_t whole(const char* key, int64_t least, int64_t most) const;
  double number(const char* key, double least, double most) const;
  const std::string& text(const char* key) const;
  EntryReader inside(const char* key) const;

  // Lists: of so many numbers, and of dictionaries.
  std::vector<double> numbers(const char* key, size_t count, double least, double most) const;
  std::vector<EntryReader> dictionaries(const char* key) const;

 private:
  const Plain::List& list(const char* key, const std::string& wanted) const;
  const Plain& at(const char* key) const;
  std::string name(const char* key) const { return key_ + "." + key; }
  [[noreturn]] void refuse(const char* key, const std::string& wanted) const;

  const Plain& dictionary_;
  std::string path_, key_;
};

}  // namespace rdm
