#include "train/rank_monitor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "losses/alignment.h"
#include "spectral/effective_rank.h"
#include "spectral/eigh.h"

namespace rdm {
namespace {

constexpr int64_t kLeading = 5;

// One row of what is read on the host: both effective ranks, the feature std, the leading singular
// values, the largest first. known: x's singular values, where they are.
torch::Tensor measure(const torch::Tensor& x, const torch::Tensor& known) {
  const auto s = known.defined() ? known : singular_values(x);
  const auto rank = effective_rank(s);
  const auto unit = torch::nn::functional::normalize(x.to(torch::kFloat32));
  const auto spread = unit.std(/*dim=*/0).mean() * std::sqrt(static_cast<double>(x.size(1)));
  const auto leading = std::get<0>(s.sort(/*dim=*/0, /*descending=*/true)).slice(0, 0, kLeading);
  return torch::cat(
      {torch::stack({rank.singular_values, rank.squared, spread.to(torch::kFloat64)}), leading});
}

BranchRank branch(const torch::Tensor& row) {
  const auto* v = row.const_data_ptr<double>();
  return {v[0], v[1], std::vector<double>(v + 3, v + row.size(0)), v[2]};
}

}  // namespace

std::optional<RankEvent> measure_rank(const Compared& compared, int64_t epoch, int64_t step,
                                      Group* group) {
  const torch::NoGradGuard no_grad;
  const auto& [own, found, sound] = compared;
  const Pair outputs{gather_rows(own.online, group), gather_rows(own.target, group)};
  if (!is_first(group)) return std::nullopt;
  const auto spectra = !sound.defined() || sound.item<bool>() ? found : Spectra{};
  const auto online = measure(outputs.online, spectra.online);
  const auto target = measure(outputs.target, spectra.target);
  const auto cosine = mean_cosine(outputs.online, outputs.target).to(torch::kFloat64);
  const auto read = torch::cat({online, target, cosine.view(1)}).cpu();
  const int64_t width = online.size(0);
  return RankEvent{epoch, step, branch(read.slice(0, 0, width)),
                   branch(read.slice(0, width, 2 * width)), read[2 * width].item<double>()};
}

}  // namespace rdm
