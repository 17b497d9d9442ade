#include "formats/storage_types.h"

#include <array>

#include "base/error.h"

namespace rdm {
namespace {

struct StorageType {
  torch::ScalarType dtype;
  std::string_view storage, name, safetensors;
};

constexpr std::array kTypes{
    StorageType{torch::kFloat, "FloatStorage", "float32", "F32"},
    StorageType{torch::kDouble, "DoubleStorage", "float64", "F64"},
    StorageType{torch::kHalf, "HalfStorage", "float16", "F16"},
    StorageType{torch::kBFloat16, "BFloat16Storage", "bfloat16", "BF16"},
    StorageType{torch::kLong, "LongStorage", "int64", "I64"},
    StorageType{torch::kInt, "IntStorage", "int32", "I32"},
    StorageType{torch::kShort, "ShortStorage", "int16", "I16"},
    StorageType{torch::kChar, "CharStorage", "int8", "I8"},
    StorageType{torch::kByte, "ByteStorage", "uint8", "U8"},
    StorageType{torch::kBool, "BoolStorage", "bool", "BOOL"},
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

std::optional<torch::ScalarType> safetensors_dtype(std::string_view name) {
  for (const auto& type : kTypes) {
    if (type.safetensors == name) return type.dtype;
  }
  return std::nullopt;
}

std::string_view safetensors_name(torch::ScalarType dtype) {
  return type_of(dtype).safetensors;
}

std::string_view storage_name(torch::ScalarType dtype) {
  return type_of(dtype).storage;
}
std::string_view dtype_name(torch::ScalarType dtype) {
  return type_of(dtype).name;
}

}  // namespace rdm
