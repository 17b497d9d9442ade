// Seconds of a whole search of rdm probe, from features in memory.
//   rdm_bench probe ROWS DIM CLASSES          of random features
//   rdm_bench probe ROWS DIM CLASSES FOLDER   of FOLDER/features.bin and labels.bin (float32,
//   int64);
//                                             writes FOLDER/coefficients.bin (C × (D + 1), float64)
// Prints them, the peak of the process's memory in MiB and the strength that was chosen.
#include <sys/resource.h>
#include <torch/torch.h>

#include <chrono>
#include <fstream>

#include "bench.h"
#include "judging/linear_fit.h"

namespace rdm::bench {
namespace {

void read(const std::string& path, const torch::Tensor& into) {
  std::ifstream file(path, std::ios::binary);
  file.read(static_cast<char*>(into.data_ptr()), static_cast<std::streamsize>(into.nbytes()));
  if (!file) throw std::runtime_error("cannot read " + path);
}

// As of a network: positive, with a spectrum that falls, classes that overlap.
void draw(const torch::Tensor& features, const torch::Tensor& labels, int64_t classes) {
  torch::manual_seed(0);
  const int64_t dim = features.size(1);
  labels.copy_(torch::randint(classes, labels.sizes()));
  const auto scale = torch::arange(1, dim + 1).to(torch::kFloat32).pow(-0.5);
  const auto mixing = std::get<0>(torch::linalg_qr(torch::randn({dim, dim})));
  const auto centres = torch::randn({classes, dim});
  constexpr int64_t kRows = 8192;
  for (int64_t first = 0; first < features.size(0); first += kRows) {
    auto part = features.slice(0, first, first + kRows);
    const auto own = centres.index_select(0, labels.slice(0, first, first + kRows));
    part.copy_(((torch::randn_like(part) + 0.12 * own) * scale).mm(mixing).add_(0.1).clamp_min_(0));
  }
}

}  // namespace

void probe(const Arguments& arguments) {
  const auto line =
      read_line(arguments, 3, "rdm_bench probe ROWS DIM CLASSES [FOLDER]", /*more=*/1);
  const int64_t rows = line.number(0), dim = line.number(1), classes = line.number(2);
  const std::string folder = line.words.size() > 3 ? line.text(3) : "";
  const torch::NoGradGuard no_grad;
  auto features = torch::empty({rows, dim});
  auto labels = torch::empty({rows}, torch::kInt64);
  if (folder.empty()) {
    draw(features, labels, classes);
  } else {
    read(folder + "/features.bin", features);
    read(folder + "/labels.bin", labels);
  }
  const auto start = std::chrono::steady_clock::now();
  const auto fit =
      fit_linear(std::move(features), std::move(labels), classes, /*seed=*/0, [](int64_t) {}, {});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (!folder.empty()) {
    const auto all = torch::cat({fit.model.weight, fit.model.bias.unsqueeze(1)}, 1).contiguous();
    std::ofstream(folder + "/coefficients.bin", std::ios::binary)
        .write(static_cast<const char*>(all.data_ptr()),
               static_cast<std::streamsize>(all.nbytes()));
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %ld %.10g\n", taken.count(), usage.ru_maxrss / 1024, fit.strength);
  for (const auto& tried : fit.tried) {
    std::fprintf(stderr, "strength %g: held-out loss %.4f, top-1 %.2f\n", tried.strength,
                 tried.loss, tried.top1);
  }
}

}  // namespace rdm::bench
