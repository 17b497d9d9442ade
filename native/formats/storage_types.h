// The element types a checkpoint may hold and what they are called: by the storage
// classes in a pickle, in safetensors, and in Python.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string_view>

namespace rdm {

std::optional<torch::ScalarType> storage_dtype(std::string_view name);      // of "FloatStorage"
std::string_view storage_name(torch::ScalarType dtype);                     // "FloatStorage"
std::optional<torch::ScalarType> safetensors_dtype(std::string_view name);  // of "F32"
std::string_view safetensors_name(torch::ScalarType dtype);                 // "F32"
std::string_view dtype_name(torch::ScalarType dtype);  // "float32", as Python says

}  // namespace rdm
