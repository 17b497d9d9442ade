#include "methods/shared_filters.h"

#include <torch/torch.h>

namespace rdm {
namespace {

// A ring that sums sends the matrix twice, one that gathers takes all rows by each rank: in float64
// the matrix is less from N = 4 D on (docs/scaling.md).
bool sums_gram(const FilterInput& own, const FilterSpec& spec, const Group& group) {
  if (solver_on(own.x.device(), spec) == FilterSolver::svd) return false;
  const auto bytes = [](int64_t rows, int64_t dim, torch::ScalarType type) {
    return rows * dim * static_cast<int64_t>(torch::elementSize(type));
  };
  const int64_t dim = own.x.size(1), rows = own.x.size(0) * group.size();
  return bytes(rows, dim, own.x.scalar_type()) >= 2 * bytes(dim, dim, gram_type(own.x, spec));
}

void gather(FilterInput& own, Group& group) {
  if (own.first_row) own.first_row = group.rank() * own.x.size(0);
  own.x = group.gather_rows(own.x);
  own.gram.reset();
}

// The input over all ranks out of this rank's own.
void collect(FilterInput& own, const FilterSpec& spec, Group& group) {
  if (!sums_gram(own, spec, group)) return gather(own, group);
  const auto products = products_of_columns(own.x, gram_type(own.x, spec)).contiguous();
  group.sum(products);
  own.gram = Gram{products, /*wide=*/false, own.x.scalar_type(),
                  relative_noise(own.x.size(0) * group.size(), own.x.size(1))};
}

// What rank `from` has solved, on every rank in the same types; the spectra stay where they are.
GramFilter share(const std::optional<GramFilter>& solved, const FilterInput& input, bool may_fail,
                 Group& group, int64_t from) {
  const int64_t k = is_wide(input) ? input.x.size(0) : input.x.size(1);
  const auto send_or_receive = [&](const torch::Tensor& sent, at::IntArrayRef shape,
                                   torch::ScalarType type) {
    const auto tensor =
        solved ? sent.to(type).contiguous() : torch::empty(shape, input.x.options().dtype(type));
    group.broadcast(tensor, from);
    return tensor;
  };
  GramFilter shared = solved.value_or(GramFilter{});
  shared.response = send_or_receive(shared.response, {k, k}, input.x.scalar_type());
  if (needs_inner(input)) shared.inner = send_or_receive(shared.inner, {k, k}, torch::kFloat64);
  if (may_fail) shared.sound = send_or_receive(shared.sound, {}, torch::kUInt8).to(torch::kBool);
  return shared;
}

}  // namespace

std::vector<Filter> shared_filters(std::vector<FilterInput> inputs, const FilterSpec& spec,
                                   Group* group) {
  std::vector<Filter> filters;
  if (!group) {
    for (const auto& input : inputs) filters.emplace_back(input, spec);
    return filters;
  }
  for (auto& input : inputs) collect(input, spec, *group);
  const auto owner = [&](size_t i) { return static_cast<int64_t>(i) % group->size(); };
  // First all solve, then all send, lest one rank waits for the other's decomposition to begin its
  // own.
  const auto by_svd = [&](size_t i) {
    return solver_on(inputs[i].x.device(), spec) == FilterSolver::svd;
  };
  std::vector<std::optional<GramFilter>> solved(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (owner(i) == group->rank()) solved[i] = solve_by_gram(inputs[i], spec);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!by_svd(i)) solved[i] = share(solved[i], inputs[i], !is_product(spec), *group, owner(i));
    // An SVD of the features themselves follows, on all ranks alike.
    if (inputs[i].gram && seen_unsound(*solved[i])) gather(inputs[i], *group);
    filters.emplace_back(inputs[i], spec, solved[i]);
  }
  return filters;
}

}  // namespace rdm
