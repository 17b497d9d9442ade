// Seconds of a kNN classification of random features.
//   rdm_bench_knn TRAIN TEST DIM      prints them, and the peak of the process's memory in MiB
#include <sys/resource.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "evaluate/neighbours.h"

using namespace rdm;

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: rdm_bench_knn TRAIN TEST DIM\n");
    return 2;
  }
  constexpr int64_t kClasses = 1000;
  torch::manual_seed(0);
  const auto random = [dim = std::atoll(argv[3])](int64_t rows) {
    return LabelledFeatures{torch::randn({rows, dim}), torch::randint(kClasses, {rows})};
  };
  const auto train = random(std::atoll(argv[1])), test = random(std::atoll(argv[2]));
  const auto start = std::chrono::steady_clock::now();
  classify_by_neighbours(train, test, kClasses, {KnnVote{}}, nullptr);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %ld\n", taken.count(), usage.ru_maxrss / 1024);
}
