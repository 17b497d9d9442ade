#include "checkpoint/storage_types.h"

#include <array>

#include "base/error.h"

namespace rdm {
namespace {

struct StorageType {
  torch::ScalarType dtype;
  std::string_view storage, name;
};

constexpr std::array kTypes{
    StorageType{torch::kFloat, "FloatStorage", "float32"},
    StorageType{torch::kDouble, "DoubleStorage", "float64"},
    StorageType{torch::kHalf, "HalfStorage", "float16"},
    StorageType{torch::kBFloat16, "BFloat16Storage", "bfloat16"},
    StorageType{torch::kLong, "LongStorage", "int64"},
    StorageType{torch::kInt, "IntStorage", "int32"},
    StorageType{torch::kShort, "ShortStorage", "int16"},
    StorageType{torch::kChar, "CharStorage", "int8"},
    StorageType{torch::kByte, "ByteStorage", "uint8"},
    StorageType{torch::kBool, "BoolStorage", "bool"},
};

const StorageType& type_of(torch::ScalarType dtype) {
  for (const auto& type : kTypes) {
    if (type.dtype == dtype) return type;
  }
  throw Error(Code::internal, message("no storage class for ", c10::toString(dtype)));
}

}  // namespace

std::optional<torch::ScalarType> storage_dtype(std::string_view name) {
  for (const auto& type : kTypes) {
    if (type.storage == name) return type.dtype;
  }
  return std::nullopt;
}

std::string_view storage_name(torch::ScalarType dtype) {
  return type_of(dtype).storage;
}
std::string_view dtype_name(torch::ScalarType dtype) {
  return type_of(dtype).name;
}

}  // namespace rdm
