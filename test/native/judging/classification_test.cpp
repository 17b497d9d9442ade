// How right a classifier is, against counting by hand.
#include "judging/classification.h"

#include "check.h"
#include "judging/mistakes.h"

using namespace rdm;

TEST_CASE("accuracies, the confusion matrix and the mean of the classes, counted") {
  // True 0 0 0 1 1 2; predicted 0 0 1 1 0 0.
  const auto logits = torch::tensor({{3.f, 0.f, 0.f},
                                     {3.f, 1.f, 0.f},
                                     {0.f, 2.f, 0.f},
                                     {0.f, 4.f, 1.f},
                                     {2.f, 0.f, 1.f},
                                     {2.f, 1.f, 0.f}});
  const auto labels = torch::tensor({0, 0, 0, 1, 1, 2}, torch::kInt64);
  const auto found = judge(logits, labels);
  CHECK(found.top1 == doctest::Approx(50));
  CHECK(found.top5 == doctest::Approx(100));
  CHECK(found.mean_per_class == doctest::Approx(100 * (2. / 3 + 1. / 2 + 0) / 3));
  CHECK(found.confusion.equal(torch::tensor({{2, 1, 0}, {1, 1, 0}, {1, 0, 0}}, torch::kInt64)));
  const auto loss = torch::cross_entropy_loss(logits.to(torch::kFloat64), labels);
  CHECK(found.loss == doctest::Approx(loss.item<double>()).epsilon(1e-6));
}

TEST_CASE("a class without images does not count in the mean") {
  const auto logits = torch::eye(3).index_select(0, torch::tensor({0, 1}));
  CHECK(judge(logits, torch::tensor({0, 1}, torch::kInt64)).mean_per_class == doctest::Approx(100));
}

TEST_CASE("the calibration error is the gap of confidence and accuracy, range by range") {
  // Two images at 0.9 of which one is right, and two at 0.6 of which both are.
  const auto logit = [](double p) { return std::log(p / (1 - p)); };
  const auto logits =
      torch::tensor({{logit(0.9), 0.}, {logit(0.9), 0.}, {logit(0.6), 0.}, {logit(0.6), 0.}});
  const auto labels = torch::tensor({0, 1, 0, 0}, torch::kInt64);
  CHECK(judge(logits, labels).calibration_error ==
        doctest::Approx((2 * 0.4 + 2 * 0.4) / 4).epsilon(1e-5));
}

TEST_CASE("the commonest confusions come first, with their most confident images") {
  const auto logits = torch::tensor(
      {{0.f, 1.f, 0.f}, {0.f, 3.f, 0.f}, {0.f, 0.f, 9.f}, {0.f, 2.f, 0.f}, {0.f, 5.f, 0.f}});
  const auto labels = torch::tensor({0, 0, 0, 0, 1}, torch::kInt64);
  const auto mistakes = commonest_mistakes(judge(logits, labels), labels);
  REQUIRE(mistakes.size() == 2);
  CHECK(mistakes[0].label == 0);
  CHECK(mistakes[0].predicted == 1);
  CHECK(mistakes[0].count == 3);
  CHECK(mistakes[0].images == std::vector<int64_t>{1, 3, 0});
  CHECK(mistakes[1].images == std::vector<int64_t>{2});
}
