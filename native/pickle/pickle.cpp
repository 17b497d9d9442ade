// Looking into what a pickle held, and turning it into plain data.
#include "pickle/pickle.h"

namespace rdm::pickle {
namespace {

constexpr int kMaxPlainDepth = 64;

class PlainConverter {
 public:
  explicit PlainConverter(size_t& budget) : budget_(budget) {}

  std::optional<Plain> convert(const Value& value, int depth) {
    if (depth > kMaxPlainDepth) return std::nullopt;
    spend(sizeof(Plain));
    if (value.get_if<None>()) return Plain();
    if (const auto* flag = value.get_if<bool>()) return Plain(*flag);
    if (const auto* number = value.get_if<int64_t>()) return Plain(*number);
    if (const auto* number = value.get_if<double>()) return Plain(*number);
    if (const auto* text = value.get_if<std::string>()) {
      spend(text->size());
      return Plain(*text);
    }
    if (const auto* items = value.sequence()) return list(*items, depth);
    if (const auto* items = value.get_if<Dict>()) return dict(*items, depth);
    return std::nullopt;
  }

 private:
  void spend(size_t bytes) {
    if (bytes > budget_) throw Malformed("its lists unfold to far more than the file holds");
    budget_ -= bytes;
  }

  std::optional<Plain> list(const std::vector<Ref>& items, int depth) {
    Plain::List out;
    for (const Ref item : items) {
      auto plain = convert(*item, depth + 1);
      if (!plain) return std::nullopt;
      out.push_back(std::move(*plain));
    }
    return Plain(std::move(out));
  }

  std::optional<Plain> dict(const Dict& dict, int depth) {
    Plain::Dict out;
    for (const auto& [key, item] : dict.items) {
      const auto* name = key->get_if<std::string>();
      if (!name) return std::nullopt;
      spend(name->size());
      auto plain = convert(*item, depth + 1);
      if (!plain) return std::nullopt;
      out.emplace_back(*name, std::move(*plain));
    }
    return Plain(std::move(out));
  }

  size_t& budget_;
};

}  // namespace

Ref Value::find(std::string_view key) const {
  const auto* dict = get_if<Dict>();
  if (!dict) return nullptr;
  for (auto item = dict->items.rbegin(); item != dict->items.rend(); ++item) {  // the last one wins
    const auto* name = item->first->get_if<std::string>();
    if (name && *name == key) return item->second;
  }
  return nullptr;
}

const std::vector<Ref>* Value::sequence() const {
  if (const auto* list = get_if<List>()) return &list->items;
  if (const auto* tuple = get_if<Tuple>()) return &tuple->items;
  return nullptr;
}

const std::vector<Ref>* Value::call_of(std::string_view name) const {
  const auto* object = get_if<Object>();
  if (!object || object->callable->get_if<Global>()->name != name) return nullptr;
  return object->arguments->sequence();
}

std::optional<Plain> to_plain(const Value& value, size_t& budget) {
  return PlainConverter(budget).convert(value, 0);
}

}  // namespace rdm::pickle
