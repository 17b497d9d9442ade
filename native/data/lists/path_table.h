// Comma-separated values with the paths of images, and maybe their labels.
#pragma once
#include <string>
#include <vector>

#include "data/lists/lines.h"

namespace rdm {

// Cells may be in quotes, with a quote doubled within them (RFC 4180), but hold no line ends. A
// first line of which one cell is `path` names the columns; the labels' is `label`, and others are
// passed over. Without such a line there are one or two columns, path and label. Blank lines count
// as none.
class PathTable {
 public:
  explicit PathTable(const std::string& file) : lines_(file) {}

  // The next row; false after the last one. `label` is left as it is where there is no such column.
  // Throws bad_data and names the line where a cell is wrong or missing.
  bool next(std::string& path, std::string& label);

  bool labelled() const { return label_ != kNone; }  // known once a row is read
  const Lines& lines() const { return lines_; }

 private:
  static constexpr size_t kNone = -1;

  bool next_cells();
  bool names_columns();

  Lines lines_;
  std::string line_;
  std::vector<std::string> cells_;
  size_t columns_ = 0, path_ = 0, label_ = kNone;  // how many there are; which cells
};

}  // namespace rdm
