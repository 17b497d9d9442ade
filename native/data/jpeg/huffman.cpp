// Source: ITU-T T.81, annex F.2.2 (coefficients).
#include "data/jpeg/huffman.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "base/vectorise.h"
#include "data/jpeg/bits.h"
#include "data/jpeg/huffman_table.h"

// The pointer to libjpeg's reader stands in a header that not every system installs.
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
// Bytes of zeros that follow the segment, so that the reader needs no check of its own: MCUs that
// are read together take 10 blocks · 64 coefficients · 31 bits each at most, and a refill reads 8
// bytes from up to 7 bytes beyond the bits that were taken.
//
//   | segment … | what damaged MCUs may take, 16 · 2480 | 7 | 8 |
constexpr size_t kPadding = HuffmanScan::kTogether * 2480 + 7 + sizeof(uint64_t);

// Where each coefficient of a block lies, in the order of the stream; coefficients are `step`
// values apart. The stream goes through the 8 × 8 frequencies in zigzag:
//
//    0  1  5  6 …
//    2  4  7 …
//    3  8 …
//
// Indices past 63 lead to the last place: those of the zeros that end a block, and what a damaged
// file has too many.
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

// Takes the next symbol, 0 … 255; -1 where no code begins like the stream.
RDM_INLINE int symbol(Bits& bits, const HuffmanTable& table) {
  const uint32_t peeked = bits.peek(kPeek);
  const bool told = table.found[peeked].length() == 0;
  const Code code = told ? table.values[peeked].second() : Code{0};
  if (code != 0) {
    bits.drop(code >> 8);
    return code & 255;
  }
  const uint32_t top = bits.peek(kLongest);
  for (int length = told ? kPeek + 1 : 1; length <= kLongest; ++length) {
    if (top >= table.end[length]) continue;
    bits.drop(length);
    const auto place = static_cast<int32_t>(top >> (kLongest - length)) + table.offset[length];
    return table.symbols[place & 255];
  }
  return -1;
}

// Takes the value of `size` bits that follows its symbol.
RDM_INLINE int value(Bits& bits, int size) {
  const int value = extend(static_cast<int>(bits.peek(size)), size);
  bits.drop(size);
  return value;
}

// A table that finds nothing. It stands behind the last block and ends a reading.
const HuffmanTable kNothing = [] {
  HuffmanTable table;
  table.found.fill(Found::make(0, kRest, false));
  return table;
}();

// A block to read, in the order of the stream: its tables, and where its coefficients go.
struct Turn {
  const HuffmanTable *dc, *ac;
  int16_t* block;
  int component;
};

// The slow path: reads one coefficient whose code and value are longer than a look-up, or which
// reaches the block's last place. Gives the place after it; 0 where no code begins like the stream.
template <int step>
RDM_INLINE uint64_t read_one(Bits& bits, const Turn& turn, uint64_t k) {
  bits.refill();
  const int next = symbol(bits, k == 0 ? *turn.dc : *turn.ac);
  if (next < 0) return 0;
  k += advance(next, k == 0 ? Kind::dc : Kind::ac);
  turn.block[kZigzag<step>[k - 1]] = static_cast<int16_t>(next & 15 ? value(bits, next & 15) : 0);
  return k;
}

// Reads the blocks of the turns up to `end`, whose DC table has to be kNothing. DCs stay as the
// stream has them, as differences. False where no code begins like the stream.
//
// A processor cannot guess whether a look-up ends its block, so the loop has no branch on it: the
// end only chooses which table comes next.
//
//   table:  DC of block 1 ─► AC ─► AC ─(ends)─► DC of block 2 ─► AC … ─(ends)─► kNothing
//
// A refill gives 56 bits: five look-ups of 11, or one code and its value (16 and 15).
// Without `keep` only DCs are kept, which later DCs are differences to.
template <int step, bool keep>
RDM_INLINE bool read_turns(Bits& at, const Turn* turn, const Turn* end) {
  Bits bits = at;
  const HuffmanTable* table = turn->dc;
  uint64_t k = 0;
  const auto go_on = [&](uint64_t next, bool ends) {
    const HuffmanTable *same = turn->ac, *other = turn[1].dc;
    table = __builtin_expect_with_probability(ends, 1, 0.5) ? other : same;
    k = __builtin_expect_with_probability(ends, 1, 0.5) ? 0 : next;
    turn += ends;
  };
  for (;;) {
    bits.refill();
    for (int i = 0; i < 56 / kPeek; ++i) {
      const uint32_t peeked = bits.peek(kPeek);
      const Found found = table->found[peeked];
      const uint64_t next = k + found.advance();
      if (__builtin_expect(next >= DCTSIZE2, 0)) {
        const bool over = turn == end;
        const uint64_t after = over ? 0 : read_one<step>(bits, *turn, k);
        if (after == 0) {
          at = bits;
          return over;
        }
        go_on(after, after >= DCTSIZE2);
        break;
      }
      const Values values = table->values[peeked];
      if constexpr (keep) {
        turn->block[kZigzag<step>[k + values.zeros()]] = values.first();
        turn->block[kZigzag<step>[next - 1]] = values.second();
      } else {
        turn->block[step * (k != 0)] = values.second();
      }
      bits.drop(found.length());
      go_on(next, found.ends());
    }
  }
}

RDM_VECTORISED bool read_apart(Bits& bits, const Turn* turn, const Turn* end) {
  return read_turns<HuffmanScan::kStep, true>(bits, turn, end);
}

RDM_VECTORISED bool read_together(Bits& bits, const Turn* turn, const Turn* end) {
  return read_turns<1, true>(bits, turn, end);
}

RDM_VECTORISED bool read_past(Bits& bits, const Turn* turn, const Turn* end) {
  return read_turns<HuffmanScan::kStep, false>(bits, turn, end);
}

}  // namespace

struct HuffmanScan::Impl {
  std::vector<uint8_t> bytes;  // the segment without its stuffed zeros, then the padding
  size_t size = 0;             // of the segment
  bool marked = false;         // whether a marker ends the segment, and not the file's end
  Bits bits{};
  std::array<HuffmanTable, NUM_HUFF_TBLS> dc, ac;
  int blocks = 0;           // in an MCU
  std::vector<Turn> turns;  // of the MCUs that are read together, and one that ends them
  std::array<uint32_t, MAX_COMPS_IN_SCAN> predicted{};  // the last DC of each component
  JBLOCK unwanted[D_MAX_BLOCKS_IN_MCU] = {};

  bool take_tables(const jpeg_decompress_struct& info);
  void take_segment(jpeg_source_mgr& source);
  template <typename Read>
  bool take_mcus(int64_t count, Read read);

  // Whether more bits were taken than the segment has.
  bool exhausted() const {
    return (bits.next - bytes.data()) * 8 - bits.count > static_cast<int64_t>(size) * 8;
  }

  static boolean decode_mcu(j_decompress_ptr info, JBLOCKROW* blocks);
};

bool HuffmanScan::Impl::take_tables(const jpeg_decompress_struct& info) {
  if (info.progressive_mode || info.arith_code || info.restart_interval != 0 ||
      info.comps_in_scan != info.num_components) {
    return false;
  }
  turns.clear();
  for (int i = 0; i < info.comps_in_scan; ++i) {
    const jpeg_component_info& component = *info.cur_comp_info[i];
    const int dc_table = component.dc_tbl_no, ac_table = component.ac_tbl_no;
    if (dc_table < 0 || dc_table >= NUM_HUFF_TBLS || ac_table < 0 || ac_table >= NUM_HUFF_TBLS) {
      return false;
    }
    const JHUFF_TBL *dc_codes = info.dc_huff_tbl_ptrs[dc_table],
                    *ac_codes = info.ac_huff_tbl_ptrs[ac_table];
    if (!dc_codes || !ac_codes || !dc[dc_table].take(dc_codes->bits, dc_codes->huffval, Kind::dc) ||
        !ac[ac_table].take(ac_codes->bits, ac_codes->huffval, Kind::ac)) {
      return false;
    }
    // A single component's MCU is one block, whatever its sampling factors.
    const int count =
        info.comps_in_scan == 1 ? 1 : component.h_samp_factor * component.v_samp_factor;
    turns.insert(turns.end(), count, {&dc[dc_table], &ac[ac_table], nullptr, i});
  }
  blocks = static_cast<int>(turns.size());
  turns.push_back({&kNothing, &kNothing, nullptr, 0});
  return blocks <= D_MAX_BLOCKS_IN_MCU;
}

// Copies the segment up to the next marker, where libjpeg goes on, and removes the zero after each
// byte FF that belongs to the data.
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
    while (mark && mark < end && *mark == 0xFF) ++mark;  // several FF count as one
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

// Reads `count` MCUs by `read` and adds the last DC of the component to each DC, which the stream
// has as a difference.
template <typename Read>
bool HuffmanScan::Impl::take_mcus(int64_t count, Read read) {
  const Turn* const begin = turns.data();
  Turn* const end = turns.data() + count * blocks;
  const HuffmanTable* after = std::exchange(end->dc, &kNothing);
  const bool good = read(bits, begin, end);
  end->dc = after;
  if (!good) return false;
  for (const Turn* turn = begin; turn != end; ++turn) {
    uint32_t& dc = predicted[turn->component];
    dc += static_cast<uint32_t>(int{turn->block[0]});
    turn->block[0] = static_cast<int16_t>(dc);
  }
  return !exhausted();
}

boolean HuffmanScan::Impl::decode_mcu(j_decompress_ptr info, JBLOCKROW* blocks) {
  auto& scan = *static_cast<HuffmanScan*>(info->client_data);
  for (int i = 0; i < scan.impl_->blocks; ++i) {
    scan.impl_->turns[i].block = blocks ? *blocks[i] : scan.impl_->unwanted[i];
  }
  if (!scan.impl_->take_mcus(1, read_together)) scan.fail(*info);
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

void HuffmanScan::place(std::span<int16_t* const> blocks) {
  auto& turns = impl_->turns;
  turns.pop_back();
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (i >= turns.size()) turns.push_back(turns[i - impl_->blocks]);
    turns[i].block = blocks[i];
  }
  turns.push_back({&kNothing, &kNothing, nullptr, 0});
}

bool HuffmanScan::read(int64_t count) {
  return impl_->take_mcus(count, read_apart);
}

bool HuffmanScan::skip(int64_t count) {
  bool good = true;
  for (; good && count > 0; count -= kTogether) {
    good = impl_->take_mcus(std::min<int64_t>(kTogether, count), read_past);
  }
  return good;
}

void HuffmanScan::fail(jpeg_decompress_struct& info) const {
  info.err->msg_code = !impl_->exhausted() ? JWRN_HUFF_BAD_CODE
                       : impl_->marked     ? JWRN_HIT_MARKER
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
