// Weighted k-nearest-neighbour classification against the golden accuracies and plain counting.
#include "judging/neighbours.h"

#include "check.h"
#include "golden.h"
#include "safetensors.h"

using namespace rdm;

TEST_CASE("golden evaluation: kNN accuracy, several k, temperatures and distances at once") {
  const auto tensors = test::golden_tensors("evaluation.safetensors");
  const auto golden = test::golden_json("evaluation.json");
  REQUIRE(golden["knn"].size() > 0);
  std::vector<KnnVote> votes;
  for (const auto& c : golden["knn"]) {
    votes.push_back({c["k"], c["temperature"],
                     c["distance"] == "cosine" ? Distance::cosine : Distance::euclidean});
  }
  const LabelledFeatures train{tensors.at("train"), tensors.at("train_targets")};
  const LabelledFeatures test{tensors.at("test"), tensors.at("test_targets")};
  const int64_t classes = train.labels.max().item<int64_t>() + 1;
  const auto accuracies = classify_by_neighbours(train, test, classes, votes, nullptr);
  for (size_t i = 0; i < votes.size(); ++i) {
    CAPTURE(i);
    CHECK(accuracies[i].top1 == doctest::Approx(golden["knn"][i]["acc1"].get<double>()));
    CHECK(accuracies[i].top5 == doctest::Approx(golden["knn"][i]["acc5"].get<double>()));
  }
}

TEST_CASE("the nearest neighbour by either distance, over more rows than one block") {
  torch::manual_seed(1);
  const auto train = torch::randn({50, 6}), test = torch::randn({700, 6});
  const auto labels = torch::arange(50, torch::kInt64);  // every training image a class of its own
  const auto expected_cosine = std::get<1>(
      torch::cosine_similarity(test.unsqueeze(1), train.unsqueeze(0), /*dim=*/2).max(1));
  const auto expected_euclidean =
      std::get<1>((test.unsqueeze(1) - train.unsqueeze(0)).norm(2, 2).min(1));
  const auto top1 = [&](Distance distance, const torch::Tensor& truth) {
    const KnnVote vote{.k = 1, .distance = distance};
    return classify_by_neighbours({train, labels}, {test, truth}, 50, {vote}, nullptr)[0].top1;
  };
  CHECK(top1(Distance::cosine, expected_cosine) == 100);
  CHECK(top1(Distance::euclidean, expected_euclidean) == 100);
  CHECK(top1(Distance::cosine, (expected_cosine + 1) % 50) == 0);
}

TEST_CASE("the votes of the whole matrix of cosines, over more than one block of both sides") {
  torch::manual_seed(2);
  constexpr int64_t kClasses = 7;
  const auto random = [](int64_t rows) {
    return LabelledFeatures{torch::randn({rows, 6}), torch::randint(kClasses, {rows})};
  };
  const auto train = random(40000), test = random(1500);
  const auto unit = [](const torch::Tensor& x) { return x / x.norm(2, 1, /*keepdim=*/true); };
  const auto [cosine, index] = unit(test.features).mm(unit(train.features).t()).topk(9, 1);
  const auto labels = train.labels.index_select(0, index.flatten()).view_as(index);
  const auto votes = torch::zeros({1500, kClasses}).scatter_add_(1, labels, (cosine / 0.5).exp());
  const double expected = votes.argmax(1).eq(test.labels).to(torch::kFloat64).mean().item<double>();
  const KnnVote vote{.k = 9, .temperature = 0.5};
  const auto accuracies = classify_by_neighbours(train, test, kClasses, {vote}, nullptr);
  CHECK(accuracies[0].top1 == doctest::Approx(100 * expected).epsilon(1e-12));
  CHECK(accuracies[0].top1 > 0);
}

TEST_CASE("k beyond the training set counts all of it") {
  const auto train = torch::tensor({{1.0f, 0.0f}, {0.0f, 1.0f}, {0.1f, 1.0f}});
  const LabelledFeatures known{train, torch::tensor({0, 1, 1}, torch::kInt64)};
  const LabelledFeatures asked{torch::tensor({{1.0f, 0.2f}}), torch::tensor({0}, torch::kInt64)};
  // At temperature 100 every neighbour's vote is nearly 1, so that two beat one.
  const std::vector<KnnVote> votes{{.k = 1, .temperature = 100}, {.k = 999, .temperature = 100}};
  const auto accuracies = classify_by_neighbours(known, asked, 2, votes, nullptr);
  CHECK(accuracies[0].top1 == 100);
  CHECK(accuracies[1].top1 == 0);
}
