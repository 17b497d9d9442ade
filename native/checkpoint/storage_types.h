// The element types a checkpoint may hold and the storage classes that name them in a pickle.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string_view>

namespace rdm {

std::optional<torch::ScalarType> storage_dtype(std::string_view name);  // of "FloatStorage"
std::string_view storage_name(torch::ScalarType dtype);                 // "FloatStorage"
std::string_view dtype_name(torch::ScalarType dtype);                   // "float32", as Python says

}  // namespace rdm
