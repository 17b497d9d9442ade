// Source: ITU-T T.81, annex F.2.2 (coefficients).
#include "data/huffman.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/vectorise.h"
#include "data/bits.h"
#include "data/huffman_table.h"

// The pointer to libjpeg's reader is in a header that not every system installs.
#if __has_include(<jpegint.h>)
#define JPEG_INTERNALS
#endif
extern "C" {
#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>
}

namespace rdm {
namespace {

static_assert(kRest == DCTSIZE2);
constexpr size_t kPadding = 4096;  // bytes of zeros; no MCU reads more (10 blocks · 64 · 31 bits)

// Where the coefficients of a block lie, in the order of the stream and `step` values apart. What
// goes past the last one is counted there: the zeros that end a block, and a damaged file's.
template <int step>
constexpr auto zigzag() {
  std::array<uint16_t, DCTSIZE2 + kRest> order{};
  for (auto& place : order) place = 63 * step;
  int i = 0;
  for (int diagonal = 0; diagonal < 15; ++diagonal) {
    for (int on = 0; on <= diagonal; ++on) {
      const int row = diagonal % 2 ? on : diagonal - on, column = diagonal - row;
      if (row < 8 && column < 8) order[i++] = static_cast<uint16_t>((row * 8 + column) * step);
    }
  }
  return order;
}
template <int step>
constexpr auto kZigzag = zigzag<step>();

// The next symbol, 0 … 255; -1 where no code begins like this.
RDM_INLINE int symbol(Bits& bits, const HuffmanTable& table) {
  const Code found = table.codes[bits.peek(kPeek)];
  bits.drop(found.length);
  if (found.length) return found.symbol;
  const uint32_t top = bits.peek(kLongest);
  for (int length = kPeek + 1; length <= kLongest; ++length) {
    if (top >= table.end[length]) continue;
    bits.drop(length);
    const auto code = static_cast<int32_t>(top >> (kLongest - length));
    return table.symbols[(code + table.offset[length]) & 255];
  }
  return -1;
}

RDM_INLINE int value(Bits& bits, int size) {
  const int value = extend(static_cast<int>(bits.peek(size)), size);
  bits.drop(size);
  return value;
}

// The difference to the last block's DC; false where no code begins like the stream.
RDM_INLINE bool read_dc(Bits& bits, const HuffmanTable& table, uint32_t& predicted) {
  const Coefficient found = table.coefficients[bits.peek(kPeek)];
  if (found.length() != 0) {
    bits.drop(found.length());
    predicted += static_cast<uint32_t>(int{found.value()});
    return true;
  }
  const int size = symbol(bits, table);
  if (size > 0) predicted += static_cast<uint32_t>(value(bits, size & 15));
  return size >= 0;
}

// A coefficient that is in no table. Gives the place after it; 0 where no code begins like the
// stream.
template <int step>
RDM_INLINE int read_long(Bits& bits, const PairTable& table, int k, int16_t* block) {
  bits.refill();
  const int next = symbol(bits, table);
  if (next < 0) return 0;
  k += advance(next);
  block[kZigzag<step>[k - 1]] = static_cast<int16_t>(next & 15 ? value(bits, next & 15) : 0);
  return k;
}

// The look-up that ends a block. Where its first coefficient does, what comes next is another
// block's. No branch: neither is rare.
template <int step>
RDM_INLINE void read_last(Bits& bits, Pair found, int k, int16_t* block) {
  const int first = k + found.first_advance();
  const bool one = first >= DCTSIZE2;
  const int last = one ? first : k + found.advance();
  block[kZigzag<step>[first - 1]] = found.first();
  block[kZigzag<step>[last - 1]] = one ? found.first() : found.second();
  bits.drop(one ? found.first_length() : found.length());
}

// One block's AC coefficients; false where no code begins like the stream. One refill is enough for
// five look-ups, or for a code and a value (16 and 15 bits).
template <int step>
RDM_INLINE bool read_block(Bits& bits, const PairTable& table, int16_t* block) {
  int k = 1;
  for (;;) {
    bits.refill();
    Pair found;
    int next = 0;
    for (int i = 0; i < 5; ++i) {
      found = table.pairs[bits.peek(kPeek)];
      next = k + found.advance();
      if (next >= DCTSIZE2) break;
      block[kZigzag<step>[k + found.first_advance() - 1]] = found.first();
      block[kZigzag<step>[next - 1]] = found.second();
      bits.drop(found.length() & 63);  // as a shift is, by itself
      k = next;
    }
    if (next < DCTSIZE2) continue;
    if (found.length() != 0) {
      read_last<step>(bits, found, k, block);
      return true;
    }
    k = read_long<step>(bits, table, k, block);
    if (k == 0 || k >= DCTSIZE2) return k != 0;
  }
}

// A block of an MCU: its component and the tables it is read with.
struct Place {
  uint8_t component, dc, ac;
};

}  // namespace

struct HuffmanScan::Impl {
  std::vector<uint8_t> bytes;  // the segment without its stuffed zeros, and padding
  size_t size = 0;             // without the padding
  bool marked = false;         // whether a marker ends it, and not the file's end
  Bits bits{};
  std::array<HuffmanTable, NUM_HUFF_TBLS> dc;
  std::array<PairTable, NUM_HUFF_TBLS> ac;
  std::array<Place, D_MAX_BLOCKS_IN_MCU> places{};
  int blocks = 0;  // of an MCU
  std::array<uint32_t, MAX_COMPS_IN_SCAN> predicted{};

  bool take_tables(const jpeg_decompress_struct& info);
  void take_segment(jpeg_source_mgr& source);

  // Whether what was read lies past the segment's end.
  bool exhausted(const Bits& at) const {
    return (at.next - bytes.data()) * 8 - at.count > static_cast<int64_t>(size) * 8;
  }

  static boolean decode_mcu(j_decompress_ptr info, JBLOCKROW* blocks);
};

namespace {

// The blocks of so many MCUs, or, without places for them, past them.
template <int step>
RDM_INLINE bool read_mcus(HuffmanScan::Impl& scan, int16_t* const* blocks, int64_t count) {
  Bits bits = scan.bits;
  int16_t unwanted[DCTSIZE2 * step];
  bool good = true;
  for (; good && count > 0; --count) {
    for (int i = 0; good && i < scan.blocks; ++i) {
      const auto [component, dc, ac] = scan.places[i];
      int16_t* block = blocks ? *blocks++ : unwanted;
      bits.refill();
      good = read_dc(bits, scan.dc[dc], scan.predicted[component]);
      block[0] = static_cast<int16_t>(scan.predicted[component]);
      good = good && read_block<step>(bits, scan.ac[ac], block);
    }
    good = good && !scan.exhausted(bits);
  }
  scan.bits = bits;
  return good;
}

RDM_VECTORISED bool read_together(HuffmanScan::Impl& scan, int16_t* const* blocks) {
  return read_mcus<1>(scan, blocks, 1);
}

RDM_VECTORISED bool read_apart(HuffmanScan::Impl& scan, int16_t* const* blocks, int64_t count) {
  return read_mcus<HuffmanScan::kStep>(scan, blocks, count);
}

}  // namespace

bool HuffmanScan::Impl::take_tables(const jpeg_decompress_struct& info) {
  if (info.progressive_mode || info.arith_code || info.restart_interval != 0 ||
      info.comps_in_scan != info.num_components) {
    return false;
  }
  blocks = 0;
  for (int i = 0; i < info.comps_in_scan; ++i) {
    const jpeg_component_info& component = *info.cur_comp_info[i];
    const int dc_table = component.dc_tbl_no, ac_table = component.ac_tbl_no;
    if (dc_table < 0 || dc_table >= NUM_HUFF_TBLS || ac_table < 0 || ac_table >= NUM_HUFF_TBLS) {
      return false;
    }
    const JHUFF_TBL *dc_codes = info.dc_huff_tbl_ptrs[dc_table],
                    *ac_codes = info.ac_huff_tbl_ptrs[ac_table];
    if (!dc_codes || !ac_codes || !dc[dc_table].take(dc_codes->bits, dc_codes->huffval) ||
        !ac[ac_table].take(ac_codes->bits, ac_codes->huffval)) {
      return false;
    }
    // The blocks of a single component come one by one, whatever its factors.
    const int count =
        info.comps_in_scan == 1 ? 1 : component.h_samp_factor * component.v_samp_factor;
    if (blocks + count > D_MAX_BLOCKS_IN_MCU) return false;
    std::fill_n(&places[blocks], count,
                Place{static_cast<uint8_t>(i), static_cast<uint8_t>(dc_table),
                      static_cast<uint8_t>(ac_table)});
    blocks += count;
  }
  return true;
}

// The segment's end is looked for at once; libjpeg goes on there.
void HuffmanScan::Impl::take_segment(jpeg_source_mgr& source) {
  const uint8_t* from = source.next_input_byte;
  const uint8_t* const end = from + source.bytes_in_buffer;
  if (bytes.size() < source.bytes_in_buffer + kPadding) {
    bytes.resize(source.bytes_in_buffer + kPadding);
  }
  uint8_t* to = bytes.data();
  marked = false;
  while (from < end) {
    const auto* mark = static_cast<const uint8_t*>(std::memchr(from, 0xFF, end - from));
    const uint8_t* stop = mark ? mark : end;
    std::memcpy(to, from, stop - from);
    to += stop - from;
    from = stop;
    while (mark && mark < end && *mark == 0xFF) ++mark;  // any number may stand for one
    if (!mark || mark == end) break;
    marked = *mark != 0;
    if (marked) break;
    *to++ = 0xFF;
    from = mark + 1;
  }
  size = to - bytes.data();
  std::memset(to, 0, kPadding);
  source.next_input_byte = from;
  source.bytes_in_buffer = end - from;
  bits = {bytes.data()};
}

boolean HuffmanScan::Impl::decode_mcu(j_decompress_ptr info, JBLOCKROW* blocks) {
  auto& scan = *static_cast<HuffmanScan*>(info->client_data);
  // A row of blocks is here a single one, and a block its 64 values.
  if (!read_together(*scan.impl_, reinterpret_cast<int16_t**>(blocks))) scan.fail(*info);
  return TRUE;
}

HuffmanScan::HuffmanScan() : impl_(std::make_unique<Impl>()) {}
HuffmanScan::~HuffmanScan() = default;

bool HuffmanScan::take(jpeg_decompress_struct& info) {
  if (!impl_->take_tables(info)) return false;
  impl_->predicted.fill(0);
  impl_->take_segment(*info.src);
  return true;
}

bool HuffmanScan::read(int16_t* const* blocks, int64_t count) {
  return read_apart(*impl_, blocks, count);
}

void HuffmanScan::fail(jpeg_decompress_struct& info) const {
  info.err->msg_code = !impl_->exhausted(impl_->bits) ? JWRN_HUFF_BAD_CODE
                       : impl_->marked                ? JWRN_HIT_MARKER
                                                      : JWRN_JPEG_EOF;
  info.err->emit_message(reinterpret_cast<j_common_ptr>(&info), -1);
}

void HuffmanScan::attach(jpeg_decompress_struct& info) {
#ifdef JPEG_INTERNALS
  if (!take(info)) return;
  info.client_data = this;
  info.entropy->decode_mcu = Impl::decode_mcu;
#endif
}

}  // namespace rdm
