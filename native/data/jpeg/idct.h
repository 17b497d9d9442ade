// The inverse DCT of a JPEG's blocks, to 8 × 8 pixels or, from the lowest frequencies alone, to
// 4 × 4, 2 × 2 or 1.
// Source: Arai, Agui, Nakajima, "A fast DCT-SQ scheme for images", Trans. IEICE E-71, 1988; ITU-T
// T.81, annex A.3.3.
#pragma once
#include <array>
#include <cstdint>

namespace rdm {

constexpr int kIdctLanes = 16;  // blocks that are transformed side by side

// Holds the quantisation table multiplied with the transform's own factors.
class Idct {
 public:
  // Blocks become size × size pixels, where size is 1, 2, 4 or 8. `quantisation` is (8, 8), row by
  // row.
  void set(const uint16_t* quantisation, int size);

  // Transforms 16 blocks, whose coefficient k of block i is coefficients[k · 16 + i], to `size`
  // rows of 16 · size pixels, `stride` bytes apart: the blocks stand side by side.
  void apply(const int16_t* coefficients, uint8_t* to, int64_t stride) const;

 private:
  int size_ = 8;
  std::array<float, 64> scale_{};
};

}  // namespace rdm
