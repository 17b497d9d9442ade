#include "checkpoint/pickle_writer.h"

#include <bit>
#include <limits>

#include "formats/storage_types.h"

namespace rdm::pickle {

Writer::Writer() {
  byte('\x80');  // PROTO
  byte('\x02');
}

void Writer::little(uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) byte(static_cast<char>(value >> 8 * i));
}

void Writer::none() {
  byte('N');
}

void Writer::boolean(bool value) {
  byte(value ? '\x88' : '\x89');
}

void Writer::integer(int64_t value) {
  if (value >= std::numeric_limits<int32_t>::min() &&
      value <= std::numeric_limits<int32_t>::max()) {
    byte('J');  // BININT
    little(static_cast<uint64_t>(value), 4);
  } else {
    byte('\x8a');  // LONG1
    byte(8);
    little(static_cast<uint64_t>(value), 8);
  }
}

void Writer::real(double value) {
  byte('G');  // BINFLOAT, the one big-endian number
  const auto bits = std::bit_cast<uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<char>(bits >> shift));
}

void Writer::text(std::string_view value) {
  byte('X');  // BINUNICODE
  little(value.size(), 4);
  out_ += value;
}

void Writer::plain(const Plain& value) {
  if (const auto* flag = value.get_if<bool>()) return boolean(*flag);
  if (const auto* number = value.get_if<int64_t>()) return integer(*number);
  if (const auto* number = value.get_if<double>()) return real(*number);
  if (const auto* string = value.get_if<std::string>()) return text(*string);
  if (const auto* items = value.get_if<Plain::List>()) {
    return list([&] {
      for (const auto& entry : *items) plain(entry);
    });
  }
  if (const auto* items = value.get_if<Plain::Dict>()) {
    return dict([&] {
      for (const auto& [key, entry] : *items) item(key, [&] { plain(entry); });
    });
  }
  none();
}

void Writer::list(const Body& items) {
  byte(']');
  byte('(');
  items();
  byte('e');  // APPENDS
}

void Writer::dict(const Body& items) {
  byte('}');
  byte('(');
  items();
  byte('u');  // SETITEMS
}

void Writer::ordered_dict(const Body& items) {
  global("collections", "OrderedDict");
  byte(')');
  byte('R');
  byte('(');
  items();
  byte('u');
}

void Writer::item(std::string_view key, const Body& value) {
  text(key);
  value();
}

void Writer::global(std::string_view module, std::string_view name) {
  byte('c');
  out_.append(module).append("\n").append(name).append("\n");
}

void Writer::bytes(const void* data, size_t size) {
  byte('B');  // BINBYTES
  little(size, 4);
  out_.append(static_cast<const char*>(data), size);
}

void Writer::tuple_of_integers(torch::IntArrayRef values) {
  byte('(');
  for (const int64_t value : values) integer(value);
  byte('t');
}

void Writer::tensor(const torch::Tensor& tensor, std::string_view key) {
  global("torch._utils", "_rebuild_tensor_v2");
  byte('(');
  byte('(');  // the persistent id of the storage
  text("storage");
  global("torch", storage_name(tensor.scalar_type()));
  text(key);
  text("cpu");
  integer(tensor.numel());
  byte('t');
  byte('Q');   // BINPERSID
  integer(0);  // offset
  tuple_of_integers(tensor.sizes());
  tuple_of_integers(torch::empty(tensor.sizes(), torch::kMeta).strides());
  boolean(false);       // requires_grad
  ordered_dict([] {});  // backward hooks
  byte('t');
  byte('R');
}

// What numpy.ndarray.__reduce__ gives: an empty array, then its state.
void Writer::array(const torch::Tensor& tensor) {
  const auto type = tensor.is_floating_point() ? torch::kFloat32 : torch::kInt64;
  const auto plain = tensor.detach().cpu().to(type).contiguous();
  global("numpy.core.multiarray", "_reconstruct");
  byte('(');
  global("numpy", "ndarray");
  tuple_of_integers({0});
  bytes("b", 1);
  byte('t');
  byte('R');
  byte('(');
  integer(1);  // version
  tuple_of_integers(plain.sizes());
  global("numpy", "dtype");
  byte('(');
  text(type == torch::kFloat32 ? "<f4" : "<i8");
  byte('t');
  byte('R');
  boolean(false);  // Fortran order
  bytes(plain.const_data_ptr(), plain.nbytes());
  byte('t');
  byte('b');  // BUILD
}

std::string Writer::finish() {
  byte('.');
  return std::move(out_);
}

}  // namespace rdm::pickle
