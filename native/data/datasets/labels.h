// Classes by the names that labels have.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/datasets/dataset.h"

namespace rdm {

// Numbers names in the order in which they come.
class ClassNames {
 public:
  int64_t number(const std::string& name);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::unordered_map<std::string, int64_t> numbers_;
  std::vector<std::string> names_;
};

// Makes classes of labels that number `names`: sorted, and only those of the images that `options`
// choose are kept, in their order. Throws bad_data as choose_classes does; `place` is for messages.
void set_classes(Dataset& dataset, const ClassNames& names, const DatasetOptions& options,
                 const std::string& place);

}  // namespace rdm
