#include "base/plain.h"

namespace rdm {

const Plain* Plain::find(const std::string& key) const {
  if (const auto* dict = get_if<Dict>()) {
    for (const auto& [name, value] : *dict) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

}  // namespace rdm
