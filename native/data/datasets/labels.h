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

// Gives every image the label that a table has for its path, which is relative to the table's
// folder or to the place of the image; then chooses as above. Throws bad_data for a row without an
// image, with its line, and for an image without a row.
void label_from(Dataset& dataset, const std::string& table, const DatasetOptions& options);

}  // namespace rdm
