// Transposes blocks of 64 rows of bytes. What lies at one place of all rows comes to lie side by
// side, so that a filter along the rows works on vectors of 64 values.
//
//   rows[r][x]   row 0   a0 a1 a2 …        to[x][r]   place 0   a0 b0 c0 …
//                row 1   b0 b1 b2 …                   place 1   a1 b1 c1 …
#pragma once
#include <cstdint>

namespace rdm {

constexpr int64_t kTransposedRows = 64;

// The number of columns, rounded up to the tiles of 16 × 16 bytes in which a block is transposed.
constexpr int64_t whole_tiles(int64_t columns) {
  return (columns + 15) / 16 * 16;
}

// Writes 64 rows of `values` bytes each to `to`: (values, 64).
void transpose_rows(const uint8_t* const* rows, int64_t values, uint8_t* to);

// Writes `from`, (width, 64), back to `rows` ≤ 64 rows, `stride` bytes apart. Reads and writes
// whole tiles, so `from` has to hold whole_tiles(width) places, and `to` has room for as many bytes
// in a row and for a multiple of 16 rows.
void transpose_back(const uint8_t* from, int64_t width, int64_t rows, uint8_t* to, int64_t stride);

}  // namespace rdm
