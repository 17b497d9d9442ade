#include "optim/memory_order.h"

#include <algorithm>

namespace rdm {

bool in_one_order(const torch::Tensor& a, const torch::Tensor& b) {
  if (!a.is_non_overlapping_and_dense()) return false;
  for (int64_t dim = 0; dim < a.dim(); ++dim) {
    if (a.size(dim) > 1 && a.stride(dim) != b.stride(dim)) return false;
  }
  return true;
}

void as_they_lie(std::initializer_list<std::vector<torch::Tensor>*> lists) {
  const auto& first = **lists.begin();
  for (size_t i = 0; i < first.size(); ++i) {
    const auto tensor = first[i];
    const bool one_order = std::all_of(lists.begin(), lists.end(), [&](const auto* list) {
      return in_one_order(tensor, (*list)[i]);
    });
    if (!one_order) continue;
    for (auto* list : lists) (*list)[i] = (*list)[i].as_strided({tensor.numel()}, {1});
  }
}

}  // namespace rdm
