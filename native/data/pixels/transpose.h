// Turning rows of bytes into columns, sixty-four rows at a time, so that what runs along a row can
// be computed for all of them side by side.
#pragma once
#include <cstdint>

namespace rdm {

constexpr int64_t kTransposedRows = 64;

// How far whole tiles reach over so many columns.
constexpr int64_t whole_tiles(int64_t columns) {
  return (columns + 15) / 16 * 16;
}

// Sixty-four rows of `values` bytes each, to `to[value][row]`.
void transpose_rows(const uint8_t* const* rows, int64_t values, uint8_t* to);

// Back to rows: from[x][row], to `rows` ≤ 64 rows of `width` bytes, `stride` bytes apart. Both are
// rounded up to whole tiles.
void transpose_back(const uint8_t* from, int64_t width, int64_t rows, uint8_t* to, int64_t stride);

}  // namespace rdm
