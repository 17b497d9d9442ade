// Whether training works or collapses, by the paper's quantity: the branches' effective ranks.
#pragma once
#include <optional>

#include "base/event.h"
#include "distributed/group.h"
#include "methods/compared.h"

namespace rdm {

// Measures outputs (N, D) of both branches as they were compared, and synchronises once. Singular
// values that the filter has not found cost an eigenvalue problem of the smaller Gram matrix for
// each branch, on the first rank. Every rank of a group takes part; the others get nothing.
std::optional<RankEvent> measure_rank(const Compared& compared, int64_t epoch, int64_t step,
                                      Group* group);

}  // namespace rdm
