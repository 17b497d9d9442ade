// Seconds of a kNN classification of random features.
//   rdm_bench knn TRAIN TEST DIM [--device NAME]
// prints them, and the peak of the process's memory in MiB
#include <sys/resource.h>
#include <torch/torch.h>

#include "bench.h"
#include "judging/neighbours.h"

namespace rdm::bench {

void knn(const Arguments& arguments) {
  const auto line = read_line(arguments, 3, "rdm_bench knn TRAIN TEST DIM");
  constexpr int64_t kClasses = 1000;
  torch::manual_seed(0);
  const auto random = [&](int64_t rows) {
    return LabelledFeatures{torch::randn({rows, line.number(2)}).to(line.device),
                            torch::randint(kClasses, {rows}, torch::kInt64).to(line.device)};
  };
  const auto train = random(line.number(0)), test = random(line.number(1));
  const double taken = seconds_of(
      line.device, [&] { classify_by_neighbours(train, test, kClasses, {KnnVote{}}, nullptr); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %ld\n", taken, usage.ru_maxrss / 1024);
}

}  // namespace rdm::bench
