// Reads Python pickles as data: protocols 0 to 5, as torch.save, pickle.dump and numpy write them.
// Nothing is ever called or imported. A pickle that names a global outside the caller's closed list
// is refused; one on the list becomes an inert Global or Object that the caller may interpret.
// Source: the opcodes of Python's pickletools.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/plain.h"

namespace rdm::pickle {

struct Value;
using Ref = const Value*;  // owned by the Document; values may be shared and may form cycles

struct None {};
struct Bytes {
  std::string data;
};
struct BigInt {
  std::string bytes;
};  // beyond 64 bits: two's complement, little endian
struct List {
  std::vector<Ref> items;
};  // sets too
struct Tuple {
  std::vector<Ref> items;
};
struct Dict {
  std::vector<std::pair<Ref, Ref>> items;
};  // and OrderedDict, in its order
struct Global {
  std::string name;
};  // "torch.FloatStorage"
struct Persistent {
  Ref id = nullptr;
};  // what the file keeps outside the pickle
// What Python would have built by callable(*arguments) and __setstate__(state). Items that it would
// put into a subclass of list or dict are not kept.
struct Object {
  Ref callable = nullptr, arguments = nullptr, state = nullptr;
};

struct Value {
  // std::string is text, and Python 2's str.
  std::variant<None, bool, int64_t, double, std::string, Bytes, BigInt, List, Tuple, Dict, Global,
               Persistent, Object>
      data;

  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&data);
  }
  Ref find(std::string_view key) const;      // in a dictionary; nullptr where absent
  const std::vector<Ref>* sequence() const;  // a list's or tuple's items, else nullptr
  // The arguments of an Object whose callable is the global `name`; nullptr for anything else.
  const std::vector<Ref>* call_of(std::string_view name) const;
};

// The reason why a pickle cannot be read. The caller adds which file it was.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct RefusedGlobal : Malformed {
  explicit RefusedGlobal(const std::string& name)
      : Malformed("refuses the global " + name), name(name) {}
  std::string name;
};

struct Document {
  std::deque<Value> values;  // every value, in order of creation
  Ref root = nullptr;
  size_t bytes = 0;  // length of the pickle; what follows it is the caller's
};

using ClosedList = std::function<bool(std::string_view global)>;  // of "module.name"

// Reads the pickle at the start of `input`. Throws Malformed. Time and memory are bounded by the
// length of the input and by four million opcodes.
Document parse(std::string_view input, const ClosedList& allowed);

// A value without tensors or objects as plain data. Tuples become lists, and keys are text. nullopt
// where the value holds anything else, or is nested deeper than 64. The bytes that it takes are
// subtracted from the budget; throws Malformed where they are more: a shared list may unfold to far
// more than its file holds, and may be asked for again and again.
std::optional<Plain> to_plain(const Value& value, size_t& budget);

}  // namespace rdm::pickle
