// Source: ITU-T T.81, annexes C (codes) and F.2.2 (coefficients). A look-up takes the next bits of
// the stream to a whole coefficient: how many zeros come before it, its value, and how many bits
// both take.
#include "data/huffman.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/vectorise.h"

// The pointer to libjpeg's reader is in a header that not every system installs.
#if __has_include(<jpegint.h>)
#define JPEG_INTERNALS
#endif
extern "C" {
#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>
}

#ifdef JPEG_INTERNALS

namespace rdm {
namespace {

constexpr int kPeek = 10;          // bits of a look-up
constexpr int kLongest = 16;       // bits of a code
constexpr int kRest = DCTSIZE2;    // zeros that end a block
constexpr size_t kPadding = 4096;  // bytes of zeros; no MCU reads more (10 blocks · 64 · 31 bits)

// Where the coefficients of a block lie, in the order of the stream. What goes past the last one
// is counted there: the zeros that end a block, and a damaged file's.
constexpr std::array<uint8_t, DCTSIZE2 + kRest> zigzag() {
  std::array<uint8_t, DCTSIZE2 + kRest> order{};
  order.fill(63);
  int i = 0;
  for (int diagonal = 0; diagonal < 15; ++diagonal) {
    for (int step = 0; step <= diagonal; ++step) {
      const int row = diagonal % 2 ? step : diagonal - step, column = diagonal - row;
      if (row < 8 && column < 8) order[i++] = static_cast<uint8_t>(row * 8 + column);
    }
  }
  return order;
}
constexpr auto kZigzag = zigzag();

// The value that `size` bits stand for: those that begin with a zero are negative.
RDM_INLINE int extend(int bits, int size) {
  return bits - (((bits >> (size - 1)) - 1) & ((1 << size) - 1));
}

// By how many coefficients a symbol goes on.
RDM_INLINE uint8_t advance(int symbol) {
  const int run = symbol >> 4, size = symbol & 15;
  return static_cast<uint8_t>(size == 0 && run != 15 ? kRest : run + 1);
}

struct Coefficient {
  uint8_t length = 0;   // of code and value; 0: longer than kPeek bits
  uint8_t advance = 0;  // zeros before it, and itself; a run of zeros ends with one as its value
  int16_t value = 0;
};

struct Code {
  uint8_t length = 0;  // 0: longer than kPeek bits
  uint8_t symbol = 0;
};

struct Table {
  std::array<uint8_t, kLongest + 1> counts{};  // codes of each length
  std::array<uint8_t, 256> symbols{};          // in the order of their codes
  std::array<Coefficient, 1 << kPeek> coefficients{};
  std::array<Code, 1 << kPeek> codes{};
  std::array<uint32_t, kLongest + 1> end{};    // of the codes of a length, moved up to 16 bits
  std::array<int32_t, kLongest + 1> offset{};  // from a code to its symbol

  void build(const JHUFF_TBL& from);
};

void Table::build(const JHUFF_TBL& from) {
  // Most files of a dataset share their codes.
  if (std::memcmp(counts.data(), from.bits, sizeof counts) == 0 &&
      std::memcmp(symbols.data(), from.huffval, sizeof symbols) == 0) {
    return;
  }
  std::memcpy(counts.data(), from.bits, sizeof counts);
  std::memcpy(symbols.data(), from.huffval, sizeof symbols);
  coefficients.fill({});
  codes.fill({});
  uint32_t code = 0;
  int32_t index = 0;
  for (int length = 1; length <= kLongest; ++length, code <<= 1) {
    offset[length] = index - static_cast<int32_t>(code);
    for (int i = 0; i < counts[length]; ++i, ++code, ++index) {
      if (length > kPeek) continue;
      const uint8_t symbol = symbols[index];
      const int size = symbol & 15, spare = kPeek - length;
      const uint32_t first = code << spare;
      for (uint32_t rest = 0; rest < 1u << spare; ++rest) {
        codes[first + rest] = {static_cast<uint8_t>(length), symbol};
        if (size > spare) continue;
        const int value = size ? extend(static_cast<int>(rest >> (spare - size)), size) : 0;
        coefficients[first + rest] = {static_cast<uint8_t>(length + size), advance(symbol),
                                      static_cast<int16_t>(value)};
      }
    }
    end[length] = code << (kLongest - length);
  }
}

// The next bits of the stream, the first one on top.
struct Bits {
  const uint8_t* next;
  uint64_t buffer = 0;
  int count = 0;

  // At least 56 bits. Those below `count` are already what comes next, so they may be set again.
  RDM_INLINE void refill() {
    uint64_t bytes;
    std::memcpy(&bytes, next, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    buffer |= bytes >> count;
    next += (63 - count) >> 3;
    count |= 56;
  }
  RDM_INLINE uint32_t peek(int bits) const { return static_cast<uint32_t>(buffer >> (64 - bits)); }
  RDM_INLINE void drop(int bits) {
    buffer <<= bits;
    count -= bits;
  }
};

// The next symbol, 0 … 255; -1 where no code begins like this.
RDM_INLINE int symbol(Bits& bits, const Table& table) {
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

// One block's AC coefficients; false where no code begins like the stream. One refill is enough for
// five coefficients out of the table, or for a code and a value (16 and 15 bits).
RDM_INLINE bool read_block(Bits& bits, const Table& table, JCOEF* block) {
  for (int k = 1; k < DCTSIZE2;) {
    bits.refill();
    for (int i = 0; i < 5 && k < DCTSIZE2; ++i) {
      const Coefficient found = table.coefficients[bits.peek(kPeek)];
      if (found.length == 0) {
        bits.refill();
        const int next = symbol(bits, table);
        if (next < 0) return false;
        k += advance(next);
        block[kZigzag[k - 1]] = static_cast<JCOEF>(next & 15 ? value(bits, next & 15) : 0);
        break;
      }
      bits.drop(found.length);
      k += found.advance;
      block[kZigzag[k - 1]] = found.value;
    }
  }
  return true;
}

}  // namespace

struct HuffmanScan::Impl {
  std::vector<uint8_t> bytes;  // the segment without its stuffed zeros, and padding
  size_t size = 0;             // without the padding
  bool marked = false;         // whether a marker ends it, and not the file's end
  Bits bits{};
  std::array<Table, NUM_HUFF_TBLS> dc, ac;
  std::array<uint32_t, MAX_COMPS_IN_SCAN> predicted{};

  // The segment's end is looked for at once; libjpeg goes on there.
  void take_segment(jpeg_source_mgr& source) {
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

  bool exhausted() const {
    return (bits.next - bytes.data()) * 8 - bits.count > static_cast<int64_t>(size) * 8;
  }

  // Does not return: our callers make these warnings errors.
  void fail(j_decompress_ptr info) const {
    info->err->msg_code = !exhausted() ? JWRN_HUFF_BAD_CODE
                          : marked     ? JWRN_HIT_MARKER
                                       : JWRN_JPEG_EOF;
    info->err->emit_message(reinterpret_cast<j_common_ptr>(info), -1);
  }

  static boolean decode_mcu(j_decompress_ptr info, JBLOCKROW* blocks);
};

namespace {

// The blocks of one MCU, or, without a place for them, past them.
RDM_VECTORISED bool read_mcu(HuffmanScan::Impl& scan, const jpeg_decompress_struct& info,
                             JBLOCKROW* blocks) {
  Bits bits = scan.bits;
  JBLOCK unwanted;
  bool good = true;
  for (int i = 0; good && i < info.blocks_in_MCU; ++i) {
    const int component = info.MCU_membership[i];
    const jpeg_component_info& tables = *info.cur_comp_info[component];
    JCOEF* block = blocks ? *blocks[i] : unwanted;
    bits.refill();
    const int size = symbol(bits, scan.dc[tables.dc_tbl_no]);
    if (size > 0) scan.predicted[component] += static_cast<uint32_t>(value(bits, size & 15));
    block[0] = static_cast<JCOEF>(scan.predicted[component]);
    good = size >= 0 && read_block(bits, scan.ac[tables.ac_tbl_no], block);
  }
  scan.bits = bits;
  return good;
}

}  // namespace

boolean HuffmanScan::Impl::decode_mcu(j_decompress_ptr info, JBLOCKROW* blocks) {
  auto& scan = *static_cast<Impl*>(info->client_data);
  if (!read_mcu(scan, *info, blocks) || scan.exhausted()) scan.fail(info);
  return TRUE;
}

HuffmanScan::HuffmanScan() : impl_(std::make_unique<Impl>()) {}

void HuffmanScan::attach(jpeg_decompress_struct& info) {
  if (info.progressive_mode || info.arith_code || info.restart_interval != 0 ||
      info.comps_in_scan != info.num_components) {
    return;
  }
  for (int i = 0; i < info.comps_in_scan; ++i) {
    const jpeg_component_info& component = *info.cur_comp_info[i];
    impl_->dc[component.dc_tbl_no].build(*info.dc_huff_tbl_ptrs[component.dc_tbl_no]);
    impl_->ac[component.ac_tbl_no].build(*info.ac_huff_tbl_ptrs[component.ac_tbl_no]);
  }
  impl_->predicted.fill(0);
  impl_->take_segment(*info.src);
  info.client_data = impl_.get();
  info.entropy->decode_mcu = Impl::decode_mcu;
}

}  // namespace rdm

#else

namespace rdm {

struct HuffmanScan::Impl {};
HuffmanScan::HuffmanScan() = default;
void HuffmanScan::attach(jpeg_decompress_struct&) {}

}  // namespace rdm

#endif

namespace rdm {
HuffmanScan::~HuffmanScan() = default;
}  // namespace rdm
