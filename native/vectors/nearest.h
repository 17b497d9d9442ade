// The rows of a file of vectors that are nearest to some others: rdm search.
#pragma once
#include "base/plain.h"

namespace rdm {

// {matrix, queries, k}: a place (matrix_file.h), a list of vectors of its width, and how many are
// wanted of each. Returns a list for each query of up to k {row, similarity}, by falling cosine and
// then by row; rows that are zero or not finite are near to nothing. Exact: every row is compared,
// block by block, in memory that does not grow with the file. Throws bad_data.
Plain nearest_rows(const Plain& options);

}  // namespace rdm
