#include "data/lists/path_table.h"

#include <algorithm>

#include "base/printable.h"

namespace rdm {
namespace {

constexpr const char* kColumns =
    "a table has the columns path and label, in that order or named in its first line";

// False where a quote does not end, or something stands behind it.
bool split(const std::string& line, std::vector<std::string>& cells) {
  size_t count = 0;
  for (size_t at = 0;; ++at) {  // one cell, then the comma behind it
    if (count == cells.size()) cells.emplace_back();
    std::string& cell = cells[count++];
    cell.clear();
    if (at < line.size() && line[at] == '"') {
      for (++at;; ++at) {
        if (at == line.size()) return false;
        if (line[at] == '"' && (at + 1 == line.size() || line[at + 1] != '"')) break;
        if (line[at] == '"') ++at;
        cell += line[at];
      }
      if (++at < line.size() && line[at] != ',') return false;
    } else {
      const size_t end = std::min(line.find(',', at), line.size());
      cell.assign(line, at, end - at);
      at = end;
    }
    if (at >= line.size()) break;
  }
  cells.resize(count);
  return true;
}

}  // namespace

bool PathTable::next_cells() {
  do {
    if (!lines_.next(line_)) return false;
  } while (line_.find_first_not_of(" \t") == std::string::npos);
  if (!split(line_, cells_)) throw lines_.error("a quote that does not end with its cell");
  return true;
}

// Whether these cells do; else there are only so many.
bool PathTable::names_columns() {
  const auto find = [&](const char* name) {
    return static_cast<size_t>(std::ranges::find(cells_, name) - cells_.begin());
  };
  columns_ = cells_.size();
  const size_t path = find("path"), label = find("label");
  if (path < columns_) {
    path_ = path;
    if (label < columns_) label_ = label;
    return true;
  }
  if (columns_ > 2) {
    throw lines_.error(message(columns_, " cells, none of which is named `path`"), kColumns);
  }
  if (columns_ == 2) label_ = 1;
  return false;
}

bool PathTable::next(std::string& path, std::string& label) {
  if (!next_cells()) return false;
  if (columns_ == 0 && names_columns() && !next_cells()) return false;
  if (cells_.size() != columns_) {
    throw lines_.error(message(cells_.size(), " cells, where the first line has ", columns_),
                       "a path with a comma stands in quotes");
  }
  if (cells_[path_].empty()) throw lines_.error("no path", kColumns);
  std::swap(path, cells_[path_]);
  if (!labelled()) return true;
  std::swap(label, cells_[label_]);
  if (label.empty()) {
    throw lines_.error(message("no label for ", shortened(path)),
                       "label every image, or none: without the column");
  }
  return true;
}

}  // namespace rdm
