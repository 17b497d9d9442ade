// The product of sizes that come from a file or an option.
#pragma once
#include <concepts>
#include <cstdint>
#include <stdexcept>

namespace rdm {

// Throws std::overflow_error where the product does not fit into 64 bits: what wraps round is a
// small number or a negative one, which passes the checks that a large one would not.
int64_t product(int64_t first, std::same_as<int64_t> auto... others) {
  if ((__builtin_mul_overflow(first, others, &first) || ...)) {
    throw std::overflow_error("its size does not fit into 64 bits");
  }
  return first;
}

}  // namespace rdm
