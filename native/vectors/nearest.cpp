#include "vectors/nearest.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "vectors/matrix_file.h"

namespace rdm {
namespace {

constexpr int64_t kBlock = 1 << 18;  // elements at once: they stay in a core's cache

struct Neighbour {
  float similarity;
  int64_t row;

  bool operator<(const Neighbour& other) const {  // nearer
    return similarity > other.similarity || (similarity == other.similarity && row < other.row);
  }
};

// The k nearest of those that it was shown: a heap with the farthest on top.
class Nearest {
 public:
  explicit Nearest(size_t k) : k_(k) {}

  void show(Neighbour one) {
    if (!(one.similarity >= -2)) return;  // no number
    if (kept_.size() == k_) {
      if (!(one < kept_.front())) return;
      std::pop_heap(kept_.begin(), kept_.end());
      kept_.pop_back();
    }
    kept_.push_back(one);
    std::push_heap(kept_.begin(), kept_.end());
  }

  void show(const Nearest& others) {
    for (const auto& one : others.kept_) show(one);
  }

  Plain::List sorted() {
    std::sort(kept_.begin(), kept_.end());
    Plain::List out;
    for (const auto& [similarity, row] : kept_) {
      out.push_back(Plain::Dict{{"row", row}, {"similarity", double{similarity}}});
    }
    return out;
  }

 private:
  size_t k_;
  std::vector<Neighbour> kept_;
};

struct NearestOptions {
  MatrixPlace matrix;
  torch::Tensor queries;  // (Q, D), of length 1
  int64_t k = 0;

  void read(DictionaryReader& reader) {
    matrix = read_whole<MatrixPlace>(reader.dictionary("matrix"));
    reader.positive("k", k);
    std::vector<float> values;
    const auto& given = reader.list("queries");
    for (const auto& query : given) {
      const auto* row = query.get_if<Plain::List>();
      RDM_CHECK(row && static_cast<int64_t>(row->size()) == matrix.dim, Code::usage,
                "a query must have the ", matrix.dim, " numbers of a row");
      for (const auto& value : *row) {
        const auto* whole = value.get_if<int64_t>();
        const auto* real = value.get_if<double>();
        RDM_CHECK(whole || real, Code::usage, "a query must hold numbers");
        values.push_back(real ? static_cast<float>(*real) : static_cast<float>(*whole));
      }
    }
    queries = torch::tensor(values).view({static_cast<int64_t>(given.size()), matrix.dim});
    queries = torch::nn::functional::normalize(queries);
  }
};

}  // namespace

Plain nearest_rows(const Plain& dictionary) {
  const torch::NoGradGuard no_grad;
  const auto options = read_whole<NearestOptions>(dictionary);
  const MatrixFile file(options.matrix);
  const int64_t block = std::max<int64_t>(1, kBlock / file.dim());
  const int64_t blocks = (file.rows() + block - 1) / block, queries = options.queries.size(0);
  const auto directions = options.queries.t().contiguous();  // (D, Q)
  std::vector<Nearest> best(queries, Nearest(static_cast<size_t>(options.k)));
  std::mutex mutex;
  at::parallel_for(0, blocks, /*grain_size=*/1, [&](int64_t begin, int64_t end) {
    std::vector<Nearest> own(queries, Nearest(static_cast<size_t>(options.k)));
    for (int64_t first = begin * block; first < std::min(end * block, file.rows());
         first += block) {
      const int64_t count = std::min(block, file.rows() - first);
      const auto rows = file.read(first, count);
      const auto lengths = torch::linalg_vector_norm(rows, 2, /*dim=*/1, /*keepdim=*/true);
      const auto cosines = rows.matmul(directions).div_(lengths);  // (count, Q)
      const auto* value = cosines.const_data_ptr<float>();
      for (int64_t row = first; row < first + count; ++row) {
        for (auto& nearest : own) nearest.show({*value++, row});
      }
    }
    const std::lock_guard lock(mutex);
    for (int64_t query = 0; query < queries; ++query) best[query].show(own[query]);
  });
  Plain::List out;
  for (auto& nearest : best) out.push_back(nearest.sorted());
  return out;
}

}  // namespace rdm
