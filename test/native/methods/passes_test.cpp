// Two views in one pass against a pass for each, where rounding has no say.
#include "methods/passes.h"

#include "check.h"
#include "methods/byol.h"
#include "methods/simsiam.h"
#include "trajectories.h"

using namespace rdm;

namespace {

using torch::Tensor;

std::vector<Tensor> float64_views(torch::MemoryFormat format) {
  torch::manual_seed(2);
  std::vector<Tensor> views;
  for (int view = 0; view < 2; ++view) {
    const auto images = torch::randn({6, 3, 32, 32}, torch::kFloat64) * (1 + view) + view;
    views.push_back(images.contiguous(format));
  }
  return views;
}

// Loss, features, gradients, and all parameters and buffers, after one step.
std::vector<Tensor> step(Method& method, torch::MemoryFormat format) {
  auto& module = method.module();
  module.to(torch::kFloat64);
  const auto views = float64_views(format);
  CHECK(passes(views).size() == (format == torch::MemoryFormat::ChannelsLast ? 1 : 2));
  const auto output = method.forward(views, nullptr);
  output.loss.backward();
  std::vector<Tensor> all{output.loss, output.first.outputs.online, output.first.outputs.target};
  for (const auto& features : output.features) all.push_back(features);
  for (const auto& features : output.momentum_features) all.push_back(features);
  for (const auto& parameter : module.parameters()) {
    if (parameter.grad().defined()) all.push_back(parameter.grad());
  }
  for (const auto& buffer : module.buffers()) all.push_back(buffer.to(torch::kFloat64));
  return all;
}

void check_equal_steps(const std::function<std::unique_ptr<Method>()>& make) {
  const auto one_pass = step(*make(), torch::MemoryFormat::ChannelsLast);
  const auto two_passes = step(*make(), torch::MemoryFormat::Contiguous);
  REQUIRE(one_pass.size() == two_passes.size());
  REQUIRE(one_pass.size() > 100);
  for (size_t i = 0; i < one_pass.size(); ++i) {
    CAPTURE(i);
    const auto scale = two_passes[i].detach().abs().max().clamp_min(1e-3);
    const auto distance = (one_pass[i] - two_passes[i]).detach().abs().max() / scale;
    CHECK(distance.item<double>() < 1e-10);
  }
}

}  // namespace

TEST_CASE("two views in one pass give what a pass for each gives: gradients, running statistics") {
  for (const bool filtered : {false, true}) {
    for (const auto name : {MethodName::simsiam, MethodName::byol}) {
      CAPTURE(filtered);
      CAPTURE(static_cast<int>(name));
      auto options = test::small_byol();
      options.name = name;
      options.stem = {};
      if (filtered) options.filter = parse_filter("poly", "online", 1, "own", false, "auto");
      check_equal_steps([&]() -> std::unique_ptr<Method> {
        torch::manual_seed(1);
        if (name == MethodName::byol) return std::make_unique<ByolImpl>(options);
        return std::make_unique<SimSiamImpl>(options);
      });
    }
  }
}

TEST_CASE("a pass holds view after view, and gives each its rows back") {
  const auto views = float64_views(torch::MemoryFormat::ChannelsLast);
  const auto all = passes(views);
  REQUIRE(all.size() == 1);
  std::vector<Tensor> back;
  all[0].append(back, all[0].images);
  REQUIRE(back.size() == 2);
  CHECK(back[0].equal(views[0]));
  CHECK(back[1].equal(views[1]));
}
