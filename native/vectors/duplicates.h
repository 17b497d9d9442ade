// Rows of a file of vectors that are nearly the same: rdm duplicates.
#pragma once
#include <stop_token>

#include "base/event.h"

namespace rdm {

// {matrix, above}: a place (matrix_file.h), and the least cosine of two rows that count as one.
// Rows that are joined by a chain of such pairs are a group. Returns {stopped, groups: [{rows,
// similarities}]}: the groups of more than one by their first rows, and of each row the cosine to
// the first of its group. Every pair is compared, block by block: the time grows with the square of
// the rows, the memory by eight bytes a row. Reports ProgressEvents, in rows. Throws bad_data.
Plain find_duplicates(const Plain& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
