#include "methods/passes.h"

#include <torch/torch.h>

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
  if (together(views.front())) return {{torch::cat(views), static_cast<int64_t>(views.size())}};
  std::vector<Pass> each;
  for (const auto& view : views) each.push_back({view, 1});
  return each;
}

}  // namespace rdm
