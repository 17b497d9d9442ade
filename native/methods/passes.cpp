#include "methods/passes.h"

#include <torch/torch.h>

#include <algorithm>

namespace rdm {
namespace {

bool together(const torch::Tensor& view) {
  constexpr int64_t kPixels = 1 << 20;
  if (view.is_cpu()) return view.is_contiguous(torch::MemoryFormat::ChannelsLast);
  return view.numel() / view.size(1) <= kPixels;
}

}  // namespace

void Pass::append(std::vector<torch::Tensor>& into, const torch::Tensor& rows) const {
  for (const auto& view : rows.chunk(views)) into.push_back(view);
}

std::vector<Pass> passes(const std::vector<torch::Tensor>& views) {
  std::vector<Pass> all;
  for (auto first = views.begin(), last = first; first != views.end(); first = last) {
    const auto is_other = [&](const auto& view) { return view.sizes() != first->sizes(); };
    last = together(*first) ? std::find_if(first, views.end(), is_other) : first + 1;
    const auto count = static_cast<int64_t>(last - first);
    all.push_back({count == 1 ? *first : torch::cat(std::vector(first, last)), count});
  }
  return all;
}

}  // namespace rdm
