// Writes pickles of protocol 2 that Python's torch.load(weights_only=True) reads.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/plain.h"
#include "checkpoint/state_dict.h"

namespace rdm::pickle {

// Usage: dict([&] { item("epoch", [&] { integer(3); }); item("state", [&] { tensor(…); }); }).
class Writer {
 public:
  using Body = std::function<void()>;

  Writer();
  void none();
  void boolean(bool value);
  void integer(int64_t value);
  void real(double value);
  void text(std::string_view value);  // UTF-8
  void plain(const Plain& value);     // dictionaries as dict, lists as list
  void list(const Body& items);
  void dict(const Body& items);          // alternately keys and values
  void ordered_dict(const Body& items);  // a collections.OrderedDict
  void item(std::string_view key, const Body& value);
  // A tensor with standard strides, whose elements are in the archive's record data/KEY.
  void tensor(const torch::Tensor& tensor, std::string_view key);
  // As numpy.ndarray, its elements in the pickle itself: for files of pickle.dump. As float32 or
  // int64.
  void array(const torch::Tensor& tensor);

  std::string finish();  // the whole pickle

 private:
  void byte(char opcode) { out_ += opcode; }
  void little(uint64_t value, int bytes);
  void global(std::string_view module, std::string_view name);
  void bytes(const void* data, size_t size);
  void tuple_of_integers(torch::IntArrayRef values);

  std::string out_;
};

}  // namespace rdm::pickle
