// Several processes on loopback compute what one computes. Cases marked skip() are what one rank
// does; run_ranks starts them.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "check.h"
#include "distributed/group.h"
#include "distributed/stop_vote.h"
#include "every_run.h"
#include "judging/neighbours.h"
#include "layers/batch_norm.h"
#include "losses/centring.h"
#include "losses/cross_correlation.h"
#include "losses/variance_covariance.h"
#include "methods/rank_difference.h"
#include "methods/trajectories.h"
#include "ranks.h"

using namespace rdm;

namespace {

// Joins the others and does a rank's work; a failed CHECK of it fails the process.
void as_rank(const std::function<void(Group&)>& work) {
  Group group(test::own_rank(), {}, [](const std::string&) {});
  group.run([&] { work(group); });
}

void all_succeed(int64_t ranks, const std::string& test_case) {
  for (const int end : test::run_ranks(ranks, test_case)) CHECK(end == 0);
}

torch::Tensor part_of(const torch::Tensor& rows, const Group& group) {
  const int64_t n = rows.size(0) / group.size();
  return rows.slice(0, group.rank() * n, (group.rank() + 1) * n);
}

bool close(const torch::Tensor& a, const torch::Tensor& b, double tolerance) {
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>() < tolerance;
}

}  // namespace

TEST_CASE("rank: golden trajectories of SimSiam" * doctest::skip()) {
  as_rank([](Group& group) { test::check_simsiam_trajectories(&group); });
}

TEST_CASE("rank: golden trajectories of BYOL" * doctest::skip()) {
  std::ifstream file(std::getenv("RDM_TEST_EXPECTED"));
  const auto alone = nlohmann::json::parse(file);
  as_rank([&](Group& group) { test::check_byol_trajectories_together(alone, group); });
}

TEST_CASE("rank: golden trajectories of SwAV and DINO" * doctest::skip()) {
  as_rank([](Group& group) { test::check_method_trajectories(torch::kFloat64, &group); });
}

TEST_CASE("golden methods_trajectory with 2 and with 4 processes" *
          doctest::skip(!test::every_run())) {
  all_succeed(2, "rank: golden trajectories of SwAV and DINO");
  all_succeed(4, "rank: golden trajectories of SwAV and DINO");
}

TEST_CASE("rank: losses over all rows" * doctest::skip()) {
  as_rank([](Group& group) {
    torch::manual_seed(4);
    const auto z1 = torch::randn({24, 10}, torch::kFloat64);
    const auto z2 = (0.5 * z1 + torch::randn({24, 10}, torch::kFloat64));
    const auto check = [&](const auto& loss_of) {
      const auto whole = z1.clone().requires_grad_();
      const auto own = part_of(z1, group).clone().requires_grad_();
      const auto alone = loss_of(whole, z2, nullptr);
      const auto together = loss_of(own, part_of(z2, group), &group);
      CHECK(close(alone, together, 1e-12));
      alone.backward();
      together.backward();
      CHECK(close(own.grad() / group.size(), part_of(whole.grad(), group), 1e-12));
    };
    check([](const auto& a, const auto& b, Group* of) {
      return cross_correlation_loss(a, b, {}, of);
    });
    check([](const auto& a, const auto& b, Group* of) { return vicreg_loss(a, b, {}, of); });
    auto centre = torch::ones({1, 10}, torch::kFloat64), expected = centre.clone();
    move_centre(centre, part_of(z1, group), 0.9, &group);
    move_centre(expected, z1, 0.9, nullptr);
    CHECK(close(centre, expected, 1e-12));
  });
}

TEST_CASE("Barlow Twins' and VICReg's losses over 3 processes are those of the whole batch") {
  all_succeed(3, "rank: losses over all rows");
}

TEST_CASE("golden simsiam_trajectory with 2 and, of every run, with 4 processes") {
  all_succeed(2, "rank: golden trajectories of SimSiam");
  if (test::every_run()) all_succeed(4, "rank: golden trajectories of SimSiam");
}

TEST_CASE("golden byol_trajectory with 2 and with 4 processes" *
          doctest::skip(!test::every_run())) {
  const auto path =
      std::filesystem::temp_directory_path() / ("rdm-byol-" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << test::exact_byol_trajectories(nullptr);
  ::setenv("RDM_TEST_EXPECTED", path.c_str(), /*replace=*/1);
  all_succeed(2, "rank: golden trajectories of BYOL");
  all_succeed(4, "rank: golden trajectories of BYOL");
  std::filesystem::remove(path);
}

TEST_CASE("rank: batch norm" * doctest::skip()) {
  as_rank([](Group& group) {
    torch::manual_seed(1);
    for (const auto& shape : {std::vector<int64_t>{24, 5}, std::vector<int64_t>{24, 5, 3, 4}}) {
      for (const bool affine : {true, false}) {
        for (const auto format :
             {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
          if (shape.size() == 2 && format == torch::MemoryFormat::ChannelsLast) continue;
          const auto options = torch::nn::BatchNormOptions(5).affine(affine);
          BatchNorm alone(options), joined(options);
          if (affine) {
            const torch::NoGradGuard no_grad;
            alone->weight.normal_();
            alone->bias.normal_();
            joined->weight.copy_(alone->weight);
            joined->bias.copy_(alone->bias);
          }
          synchronise_batch_norms(*torch::nn::Sequential(joined), group);
          const auto x = (torch::randn(shape) * 3 + 7).contiguous(format);
          const auto dy = torch::randn(shape);
          const auto whole = x.clone().requires_grad_();
          const auto own = part_of(x, group).contiguous(format).requires_grad_();
          const auto expected = alone->forward(whole);
          const auto y = joined->forward(own);
          expected.backward(dy);
          y.backward(part_of(dy, group));
          CHECK(close(y, part_of(expected, group), 1e-5));
          CHECK(close(own.grad(), part_of(whole.grad(), group), 1e-5));
          CHECK(close(joined->running_mean, alone->running_mean, 1e-5));
          CHECK(close(joined->running_var, alone->running_var, 1e-4));
          if (!affine) continue;
          const auto gradients = torch::stack({joined->weight.grad(), joined->bias.grad()});
          group.sum(gradients);  // the reducer's work
          CHECK(close(gradients[0], alone->weight.grad(), 1e-4));
          CHECK(close(gradients[1], alone->bias.grad(), 1e-4));
        }
      }
    }
  });
}

TEST_CASE("batch norm over 3 processes, and over 8 by sums, equals that over the whole batch") {
  all_succeed(3, "rank: batch norm");
  all_succeed(8, "rank: batch norm");
}

TEST_CASE("rank: batch norm far from zero" * doctest::skip()) {
  as_rank([](Group& group) {
    torch::manual_seed(2);
    BatchNorm alone(torch::nn::BatchNormOptions(5)), joined(torch::nn::BatchNormOptions(5));
    synchronise_batch_norms(*torch::nn::Sequential(joined), group);
    const auto x = torch::randn({24, 5, 3, 4}) + 300;
    CHECK(close(joined->forward(part_of(x, group)), part_of(alone->forward(x), group), 1e-3));
    const auto constant = torch::full({24, 5, 3, 4}, 1e-3);
    CHECK(joined->forward(part_of(constant, group)).abs().max().item<double>() < 1e-3);
  });
}

TEST_CASE("sums over 8 processes keep the variance of channels that are far from zero") {
  all_succeed(8, "rank: batch norm far from zero");
}

TEST_CASE("rank: filters" * doctest::skip()) {
  as_rank([](Group& group) {
    torch::manual_seed(3);
    FilterSpec online, logarithm, target, by_online, products, decomposed;
    online.sigma = decomposed.sigma = 1;
    logarithm.shape = FilterShape::log_1;
    target.location = by_online.location = FilterLocation::target;
    target.sigma = by_online.sigma = -1;
    by_online.source = FilterSource::online;
    products.sigma = -0.5;
    products.solver = FilterSolver::newton;
    decomposed.solver = FilterSolver::svd;
    for (const auto& [n, dim] : {std::pair<int64_t, int64_t>{12, 30}, {21, 12}, {30, 12}}) {
      for (const auto& spec : {online, logarithm, target, by_online, products, decomposed}) {
        CAPTURE(n);
        CAPTURE(spec.sigma);
        const auto a = torch::randn({n, dim}, torch::kFloat64);
        const auto b = torch::randn({n, dim}, torch::kFloat64);
        const auto whole = a.clone().requires_grad_();
        const auto own = part_of(a, group).clone().requires_grad_();
        const auto own_b = part_of(b, group);
        const auto alone = align({{whole, b}, {b, whole}}, spec, nullptr);
        const auto together = align({{own, own_b}, {own_b, own}}, spec, &group);
        for (size_t i = 0; i < alone.size(); ++i) {
          const auto &one = alone[i].outputs, &several = together[i].outputs;
          CHECK(close(several.online, part_of(one.online, group), 1e-10));
          CHECK(close(several.target, part_of(one.target, group), 1e-10));
        }
        alone[0].cosine.backward();
        together[0].cosine.backward();  // of the mean over fewer rows, hence the factor
        const auto size = static_cast<double>(group.size());
        CHECK(close(own.grad() / size, part_of(whole.grad(), group), 1e-10));
      }
    }
  });
}

TEST_CASE("rank: filters of what is not finite" * doctest::skip()) {
  as_rank([](Group& group) {
    FilterSpec spec;
    spec.sigma = 1;
    for (const auto rows : {2, 20}) {  // of this rank: by their features, and by their Gram matrix
      auto own = torch::randn({rows, 8});
      if (group.rank() == 1) own[0][0] = std::numeric_limits<float>::quiet_NaN();
      const auto aligned = align({{own, own}}, spec, &group);
      CHECK(std::isnan(aligned[0].cosine.item<double>()));
    }
  });
}

TEST_CASE("what one process has that is not finite is in the loss of all") {
  all_succeed(2, "rank: filters of what is not finite");
}

TEST_CASE("3 processes filter their rows by the features of all, as one process does") {
  all_succeed(3, "rank: filters");
}

TEST_CASE("rank: neighbours" * doctest::skip()) {
  as_rank([](Group& group) {
    torch::manual_seed(2);
    const LabelledFeatures train{torch::randn({17, 6}), torch::randint(4, {17})};
    const LabelledFeatures val{torch::randn({11, 6}), torch::randint(4, {11})};
    const auto own = [&](const LabelledFeatures& all) {
      const auto rows = torch::arange(group.rank(), all.labels.size(0), group.size());
      return LabelledFeatures{all.features.index_select(0, rows), all.labels.index_select(0, rows)};
    };
    const std::vector<KnnVote> votes{
        {1, 0.07, Distance::cosine}, {20, 0.07, Distance::cosine}, {5, 0.07, Distance::euclidean}};
    const auto alone = classify_by_neighbours(train, val, 4, votes, nullptr);
    const auto together =
        classify_by_neighbours(own(train), gather_features(own(val), &group), 4, votes, &group);
    for (size_t i = 0; i < votes.size(); ++i) {
      CHECK(together[i].top1 == doctest::Approx(alone[i].top1));
      CHECK(together[i].top5 == doctest::Approx(alone[i].top5));
    }
  });
}

TEST_CASE(
    "3 processes find the neighbours that one finds, also with fewer images than neighbours") {
  all_succeed(3, "rank: neighbours");
}

TEST_CASE("rank: a stop that one rank is asked for" * doctest::skip()) {
  as_rank([](Group& group) {
    std::stop_source source;
    StopVote vote(source.get_token(), &group);
    int64_t stopped_at = -1;
    for (int64_t step = 0; step < 10 && stopped_at < 0; ++step) {
      if (group.rank() == 1 && step == 4) source.request_stop();
      if (vote.soon()) stopped_at = step;
    }
    CHECK(stopped_at == 5);
    CHECK(vote.now());
  });
}

TEST_CASE("a stop that one rank is asked for stops all at the same step") {
  all_succeed(2, "rank: a stop that one rank is asked for");
}
