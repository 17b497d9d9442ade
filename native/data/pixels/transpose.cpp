#include "data/pixels/transpose.h"

#include <algorithm>
#include <cstring>

#include "base/vectorise.h"
#include "data/pixels/vectors.h"

namespace rdm {
namespace {

constexpr int64_t kTile = 16;  // rows and columns

}  // namespace

RDM_VECTORISED void transpose_rows(const uint8_t* const* rows, int64_t values, uint8_t* to) {
  Bytes16 tile[kTile];
  for (int64_t first = 0; first < kTransposedRows; first += kTile) {
    for (int64_t i = 0; i < values; i += kTile) {
      const int64_t left = std::min(kTile, values - i);
      for (int64_t r = 0; r < kTile; ++r) {
        if (left == kTile) {
          tile[r] = load16(rows[first + r] + i);
        } else {
          std::memcpy(&tile[r], rows[first + r] + i, left);
        }
      }
      transpose16(tile);
      for (int64_t k = 0; k < left; ++k) store16(to + (i + k) * kTransposedRows + first, tile[k]);
    }
  }
}

RDM_VECTORISED void transpose_back(const uint8_t* from, int64_t width, int64_t rows, uint8_t* to,
                                   int64_t stride) {
  Bytes16 tile[kTile];
  for (int64_t first = 0; first < rows; first += kTile) {
    for (int64_t x = 0; x < width; x += kTile) {
      for (int64_t k = 0; k < kTile; ++k)
        tile[k] = load16(from + (x + k) * kTransposedRows + first);
      transpose16(tile);
      for (int64_t r = 0; r < kTile; ++r) store16(to + (first + r) * stride + x, tile[r]);
    }
  }
}

}  // namespace rdm
