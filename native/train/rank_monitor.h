// Whether training works or collapses, by the paper's quantity: the branches' effective ranks.
#pragma once
#include "base/event.h"
#include "methods/rank_difference.h"

namespace rdm {

// outputs: (N, D) of each branch, as they are compared. Synchronises once; costs two eigenvalue
// problems of the smaller Gram matrix.
RankEvent measure_rank(const Pair& outputs, int64_t epoch, int64_t step);

}  // namespace rdm
