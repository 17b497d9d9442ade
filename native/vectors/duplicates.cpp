#include "vectors/duplicates.h"

#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "vectors/matrix_file.h"

namespace rdm {
namespace {

constexpr int64_t kRowsAtOnce = 4096;

// Disjoint sets of rows, each named by its first row. Source: Tarjan 1975, by halving paths.
class Sets {
 public:
  explicit Sets(int64_t rows) : parent_(rows) { std::iota(parent_.begin(), parent_.end(), 0); }

  int64_t find(int64_t row) {
    while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
    return row;
  }

  void unite(int64_t a, int64_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

  std::map<int64_t, std::vector<int64_t>> groups() {  // of more than one, by their first
    std::map<int64_t, std::vector<int64_t>> out;
    for (int64_t row = 0; row < static_cast<int64_t>(parent_.size()); ++row) {
      const int64_t first = find(row);
      if (first == row) continue;
      auto& group = out[first];
      if (group.empty()) group.push_back(first);
      group.push_back(row);
    }
    return out;
  }

 private:
  std::vector<int64_t> parent_;
};

struct DuplicateOptions {
  MatrixPlace matrix;
  double above = 0;

  void read(DictionaryReader& reader) {
    matrix = read_whole<MatrixPlace>(reader.dictionary("matrix"));
    reader.read("above", above);
  }
};

// cosines: (n, m) of the rows from `row` and from `column` on; each pair counts once.
void unite(Sets& sets, const torch::Tensor& cosines, int64_t row, int64_t column, float above) {
  const auto* value = cosines.const_data_ptr<float>();
  for (int64_t i = row; i < row + cosines.size(0); ++i) {
    for (int64_t j = column; j < column + cosines.size(1); ++j) {
      if (*value++ >= above && j > i) sets.unite(i, j);
    }
  }
}

Plain described(const MatrixFile& file, const std::vector<int64_t>& group) {
  const auto first = file.read_directions(group[0], 1)[0];
  Plain::List similarities;
  for (const int64_t row : group) {
    similarities.push_back(first.dot(file.read_directions(row, 1)[0]).item<double>());
  }
  return Plain::Dict{{"rows", Plain::List(group.begin(), group.end())},
                     {"similarities", std::move(similarities)}};
}

}  // namespace

Plain find_duplicates(const Plain& dictionary, const Sink& sink, std::stop_token stop) {
  const torch::NoGradGuard no_grad;
  const auto options = read_whole<DuplicateOptions>(dictionary);
  const MatrixFile file(options.matrix);
  const int64_t rows = file.rows();
  Sets sets(rows);
  for (int64_t row = 0; row < rows; row += kRowsAtOnce) {
    const auto some = file.read_directions(row, std::min(kRowsAtOnce, rows - row));
    for (int64_t column = row; column < rows; column += kRowsAtOnce) {
      const auto others =
          column == row ? some : file.read_directions(column, std::min(kRowsAtOnce, rows - column));
      unite(sets, some.matmul(others.t()), row, column, static_cast<float>(options.above));
      if (stop.stop_requested()) return Plain::Dict{{"stopped", true}, {"groups", Plain::List()}};
    }
    sink(ProgressEvent{std::min(row + kRowsAtOnce, rows), rows});
  }
  Plain::List groups;
  for (const auto& [first, group] : sets.groups()) groups.push_back(described(file, group));
  return Plain::Dict{{"stopped", false}, {"groups", std::move(groups)}};
}

}  // namespace rdm
