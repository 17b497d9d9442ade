// The inverse DCT of a JPEG's blocks, also to fewer pixels than a block has.
// Source: Arai, Agui, Nakajima, "A fast DCT-SQ scheme for images", Trans. IEICE E-71, 1988; ITU-T
// T.81, annex A.3.3.
#pragma once
#include <array>
#include <cstdint>

namespace rdm {

constexpr int kIdctLanes = 16;  // blocks that are transformed side by side

// From quantised coefficients to pixels: the quantisation table and the transform's own factors.
class Idct {
 public:
  // Of blocks to size × size pixels, 1, 2, 4 or 8. `quantisation` in rows.
  void set(const uint16_t* quantisation, int size);

  // Sixteen blocks, coefficient k of block i at `coefficients[k * kIdctLanes + i]`, to `size` rows
  // of 16 · size pixels, `stride` bytes apart.
  void apply(const int16_t* coefficients, uint8_t* to, int64_t stride) const;

 private:
  int size_ = 8;
  std::array<float, 64> scale_{};
};

}  // namespace rdm
