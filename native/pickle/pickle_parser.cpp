// The pickle machine: a stack, marks and a memo, as Python's unpickler keeps them.
#include <bit>
#include <charconv>
#include <cstdlib>
#include <unordered_map>

#include "base/error.h"
#include "base/printable.h"
#include "pickle/pickle.h"
#include "pickle/pickle_text.h"

namespace rdm::pickle {
namespace {

constexpr size_t kMaxOperations = 4'000'000;
constexpr size_t kMaxGlobalBytes = 200;  // a name of a megabyte could be asked for a million times

class Parser {
 public:
  Parser(std::string_view input, const ClosedList& allowed) : input_(input), allowed_(allowed) {}

  Document run() {
    for (;;) {
      spend(1);
      const char op = take(1)[0];
      if (op == '.') break;
      if (!framing(op) && !number(op) && !text(op) && !container(op) && !memo(op) && !object(op)) {
        fail(message("it uses opcode ", static_cast<int>(static_cast<unsigned char>(op)),
                     ", which torch.save never writes"));
      }
    }
    document_.root = pop();
    document_.bytes = at_;
    return std::move(document_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Malformed(message("the pickle is malformed at byte ", at_, ": ", why));
  }

  void spend(size_t operations) {
    operations_ += operations;
    if (operations_ > kMaxOperations) fail("it asks for over four million operations");
  }

  // ---- input
  std::string_view take(uint64_t count) {
    if (count > input_.size() - at_) fail("it is cut short");
    const auto bytes = input_.substr(at_, count);
    at_ += count;
    return bytes;
  }

  template <typename T>
  T little() {  // an unsigned or signed integer, little endian
    const auto bytes = take(sizeof(T));
    uint64_t value = 0;
    for (size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<T>(value);
  }

  std::string_view line() {
    const auto end = input_.find('\n', at_);
    if (end == std::string_view::npos) fail("it is cut short");
    const auto text = take(end - at_);
    take(1);
    return text;
  }

  // ---- stack
  template <typename T>
  Value* push(T&& data) {
    stack_.push_back(&document_.values.emplace_back(Value{std::forward<T>(data)}));
    return stack_.back();
  }

  Value* pop() {
    Value* value = top();
    stack_.pop_back();
    return value;
  }

  Value* top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("its stack is empty");
    return stack_.back();
  }

  std::vector<Ref> pop_to_mark() {
    if (marks_.empty()) fail("it has no mark to go back to");
    std::vector<Ref> items(stack_.begin() + static_cast<ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  std::vector<Ref> pop_many(size_t count) {
    std::vector<Ref> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  // ---- opcodes, by family; each says whether the opcode was one of its own
  bool framing(char op) {
    switch (op) {
      case '\x80':  // PROTO
        if (little<uint8_t>() > 5) fail("its protocol is newer than 5");
        return true;
      case '\x95': little<uint64_t>(); return true;  // FRAME
      case '(': marks_.push_back(stack_.size()); return true;
      case '0':  // POP, which may also drop a mark
        if (!marks_.empty() && marks_.back() == stack_.size()) {
          marks_.pop_back();
        } else {
          pop();
        }
        return true;
      case '1': pop_to_mark(); return true;
      case '2': stack_.push_back(top()); return true;
      default: return false;
    }
  }

  bool number(char op) {
    switch (op) {
      case 'N': push(None{}); return true;
      case '\x88': push(true); return true;
      case '\x89': push(false); return true;
      case 'J': push(int64_t{little<int32_t>()}); return true;
      case 'K': push(int64_t{little<uint8_t>()}); return true;
      case 'M': push(int64_t{little<uint16_t>()}); return true;
      case 'I': {
        const auto digits = line();
        if (digits == "00" || digits == "01") {
          push(digits == "01");
        } else {
          push(integer<int64_t>(digits));
        }
        return true;
      }
      case 'L': {
        auto digits = line();
        if (digits.ends_with('L')) digits.remove_suffix(1);
        push(integer<int64_t>(digits));
        return true;
      }
      case '\x8a': big_int(take(little<uint8_t>())); return true;
      case '\x8b': big_int(take(little<uint32_t>())); return true;
      case 'F': push(real(std::string(line()))); return true;
      case 'G': {
        const auto bytes = take(8);
        uint64_t bits = 0;
        for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
        push(std::bit_cast<double>(bits));
        return true;
      }
      default: return false;
    }
  }

  template <typename T>
  T integer(std::string_view digits) {
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) fail("it holds a bad number");
    return value;
  }

  double real(const std::string& digits) {
    char* end = nullptr;
    const double value = std::strtod(digits.c_str(), &end);
    if (digits.empty() || end != digits.c_str() + digits.size()) fail("it holds a bad number");
    return value;
  }

  void big_int(std::string_view bytes) {
    if (bytes.size() > 8) {
      push(BigInt{std::string(bytes)});
      return;
    }
    const bool negative = !bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0x80;
    uint64_t value = negative ? ~uint64_t{0} : 0;
    for (size_t i = bytes.size(); i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    push(static_cast<int64_t>(value));
  }

  bool text(char op) {
    switch (op) {
      case 'U': push(std::string(take(little<uint8_t>()))); return true;   // SHORT_BINSTRING
      case 'T': push(std::string(take(little<uint32_t>()))); return true;  // BINSTRING
      case 'X': push(std::string(take(little<uint32_t>()))); return true;  // BINUNICODE
      case '\x8c': push(std::string(take(little<uint8_t>()))); return true;
      case '\x8d': push(std::string(take(little<uint64_t>()))); return true;
      case 'C': push(Bytes{std::string(take(little<uint8_t>()))}); return true;
      case 'B': push(Bytes{std::string(take(little<uint32_t>()))}); return true;
      case '\x8e': push(Bytes{std::string(take(little<uint64_t>()))}); return true;
      case '\x96': push(Bytes{std::string(take(little<uint64_t>()))}); return true;  // BYTEARRAY8
      case 'S': push(decoded(unquote(line()))); return true;
      case 'V': push(decoded(unescape_unicode(line()))); return true;
      default: return false;
    }
  }

  std::string decoded(std::optional<std::string> text) {
    if (!text) fail("it holds a badly escaped string");
    return std::move(*text);
  }

  bool container(char op) {
    switch (op) {
      case ']': push(List{}); return true;
      case '\x8f': push(List{}); return true;  // EMPTY_SET
      case 'l': push(List{pop_to_mark()}); return true;
      case '\x91': push(List{pop_to_mark()}); return true;  // FROZENSET
      case ')': push(Tuple{}); return true;
      case 't': push(Tuple{pop_to_mark()}); return true;
      case '\x85': push(Tuple{pop_many(1)}); return true;
      case '\x86': push(Tuple{pop_many(2)}); return true;
      case '\x87': push(Tuple{pop_many(3)}); return true;
      case '}': push(Dict{}); return true;
      case 'd': push(Dict{pairs(pop_to_mark())}); return true;
      case 'a': append(pop_many(1)); return true;
      case 'e': append(pop_to_mark()); return true;
      case '\x90': append(pop_to_mark()); return true;  // ADDITEMS
      case 's': set_items(pop_many(2)); return true;
      case 'u': set_items(pop_to_mark()); return true;
      default: return false;
    }
  }

  std::vector<std::pair<Ref, Ref>> pairs(const std::vector<Ref>& flat) {
    if (flat.size() % 2 != 0) fail("a dictionary has a key without a value");
    std::vector<std::pair<Ref, Ref>> out(flat.size() / 2);
    for (size_t i = 0; i < out.size(); ++i) out[i] = {flat[2 * i], flat[2 * i + 1]};
    return out;
  }

  void append(const std::vector<Ref>& items) {
    if (auto* list = std::get_if<List>(&top()->data)) {
      list->items.insert(list->items.end(), items.begin(), items.end());
    } else if (!top()->get_if<Object>()) {
      fail("it appends to something that is not a list");
    }
  }

  void set_items(const std::vector<Ref>& flat) {
    const auto items = pairs(flat);
    if (auto* dict = std::get_if<Dict>(&top()->data)) {
      dict->items.insert(dict->items.end(), items.begin(), items.end());
    } else if (!top()->get_if<Object>()) {
      fail("it sets items of something that is not a dictionary");
    }
  }

  bool memo(char op) {
    switch (op) {
      case 'p': memo_[integer<uint64_t>(line())] = top(); return true;
      case 'q': memo_[little<uint8_t>()] = top(); return true;
      case 'r': memo_[little<uint32_t>()] = top(); return true;
      case '\x94': memo_[memo_.size()] = top(); return true;  // MEMOIZE
      case 'g': recall(integer<uint64_t>(line())); return true;
      case 'h': recall(little<uint8_t>()); return true;
      case 'j': recall(little<uint32_t>()); return true;
      default: return false;
    }
  }

  void recall(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(message("it recalls value ", index, ", which it never kept"));
    stack_.push_back(found->second);
  }

  bool object(char op) {
    switch (op) {
      case 'c': {
        const std::string module(line());
        global(module, std::string(line()));
        return true;
      }
      case '\x93': {  // STACK_GLOBAL
        const auto* name = pop()->get_if<std::string>();
        const auto* module = pop()->get_if<std::string>();
        if (!name || !module) fail("it names a global by something else than text");
        global(*module, *name);
        return true;
      }
      case 'R':     // REDUCE
      case '\x81':  // NEWOBJ
        build(pop());
        return true;
      case '\x92': {  // NEWOBJ_EX
        pop();        // keyword arguments
        build(pop());
        return true;
      }
      case 'b': {  // BUILD
        const Value* state = pop();
        if (auto* built = std::get_if<Object>(&top()->data)) {
          built->state = state;
        } else if (!top()->get_if<Dict>()) {  // an OrderedDict's attributes (_metadata) are dropped
          fail("it sets the state of something that is not an object");
        }
        return true;
      }
      case 'P':
        push(Persistent{&document_.values.emplace_back(Value{std::string(line())})});
        return true;
      case 'Q': push(Persistent{pop()}); return true;
      default: return false;
    }
  }

  void global(const std::string& module, const std::string& name) {
    std::string full = module + "." + name;
    if (full.size() > kMaxGlobalBytes || !allowed_(full)) throw RefusedGlobal(shortened(full));
    push(Global{std::move(full)});
  }

  void build(const Value* arguments) {
    const Value* callable = pop();
    const auto* global = callable->get_if<Global>();
    const auto* given = arguments->get_if<Tuple>();
    if (!global || !given) fail("it calls something that is not a global");
    if (global->name != "collections.OrderedDict") {
      push(Object{callable, arguments});
      return;
    }
    Dict dict;  // Python 2 passes the pairs as an argument, Python 3 sets them afterwards
    if (!given->items.empty()) {
      const auto* items = given->items[0]->sequence();
      if (!items) fail("an OrderedDict is made from something that is not a list");
      spend(items->size());  // a shared list may be copied many times
      for (const Ref item : *items) {
        const auto* pair = item->sequence();
        if (!pair || pair->size() != 2)
          fail("an OrderedDict is made from something other than pairs");
        dict.items.emplace_back((*pair)[0], (*pair)[1]);
      }
    }
    push(std::move(dict));
  }

  std::string_view input_;
  const ClosedList& allowed_;
  size_t at_ = 0;
  size_t operations_ = 0;
  Document document_;
  std::vector<Value*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Value*> memo_;
};

}  // namespace

Document parse(std::string_view input, const ClosedList& allowed) {
  return Parser(input, allowed).run();
}

}  // namespace rdm::pickle
