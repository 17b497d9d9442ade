// Views of one size in one pass against a pass for each, where rounding has no say.
#include "methods/passes.h"

#include "check.h"
#include "methods/table.h"
#include "trajectories.h"

using namespace rdm;

namespace {

using torch::Tensor;

// Large crops, and small ones of two sizes.
std::vector<Tensor> float64_views(torch::MemoryFormat format, bool small_crops) {
  torch::manual_seed(2);
  std::vector<Tensor> views;
  for (const int64_t size : {32, 32, 20, 20, 20, 16}) {
    if (size < 32 && !small_crops) break;
    const auto images = torch::randn({6, 3, size, size}, torch::kFloat64);
    const auto view = static_cast<int64_t>(views.size());
    views.push_back((images * (1 + view) + view).contiguous(format));
  }
  return views;
}

// Loss, features, gradients, and all parameters and buffers, after one step.
std::vector<Tensor> step(Method& method, torch::MemoryFormat format, bool small_crops) {
  auto& module = method.module();
  module.to(torch::kFloat64);
  const auto views = float64_views(format, small_crops);
  const size_t sizes = small_crops ? 3 : 1;
  CHECK(passes(views).size() ==
        (format == torch::MemoryFormat::ChannelsLast ? sizes : views.size()));
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

void check_equal_steps(const MethodOptions& options, bool small_crops) {
  const auto made = [&](torch::MemoryFormat format) {
    torch::manual_seed(1);
    return step(*make_method(options), format, small_crops);
  };
  const auto together = made(torch::MemoryFormat::ChannelsLast);
  const auto apart = made(torch::MemoryFormat::Contiguous);
  REQUIRE(together.size() == apart.size());
  REQUIRE(together.size() > 100);
  for (size_t i = 0; i < together.size(); ++i) {
    CAPTURE(i);
    const auto scale = apart[i].detach().abs().max().clamp_min(1e-3);
    const auto distance = (together[i] - apart[i]).detach().abs().max() / scale;
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
      check_equal_steps(options, /*small_crops=*/false);
      if (name == MethodName::byol) check_equal_steps(options, /*small_crops=*/true);
    }
  }
}

TEST_CASE("crops of one size in one pass give what a pass for each gives, in every other method") {
  for (const auto name :
       {MethodName::swav, MethodName::dino, MethodName::barlow, MethodName::vicreg}) {
    CAPTURE(static_cast<int>(name));
    auto options = test::small_byol();
    options.name = name;
    options.stem = {};
    options.prototypes = 20;
    options.queue_size = name == MethodName::swav ? 9 : 0;
    check_equal_steps(options, /*small_crops=*/false);
    const bool multi_crop = name == MethodName::swav || name == MethodName::dino;
    if (multi_crop) check_equal_steps(options, /*small_crops=*/true);
  }
}

TEST_CASE("classifiers see the large crops alone") {
  for (const auto name : {MethodName::byol, MethodName::swav, MethodName::dino}) {
    auto options = test::small_byol();
    options.name = name;
    options.prototypes = 20;
    const auto method = make_method(options);
    const auto views = float64_views(torch::MemoryFormat::ChannelsLast, /*small_crops=*/true);
    method->module().to(torch::kFloat64);
    const auto output = method->forward(views, nullptr);
    CHECK(output.features.size() == 2);
    CHECK(output.momentum_features.size() == (name == MethodName::swav ? 0 : 2));
  }
}

TEST_CASE("likewise with a Vision Transformer, whose heads alone have batch norms") {
  auto options = test::small_byol();
  options.arch = "vit_tiny";
  options.image_size = 32;
  for (const auto name : {MethodName::simsiam, MethodName::byol}) {
    CAPTURE(static_cast<int>(name));
    options.name = name;
    check_equal_steps(options, /*small_crops=*/false);
  }
}

TEST_CASE("a pass holds view after view, and gives each its rows back") {
  const auto views = float64_views(torch::MemoryFormat::ChannelsLast, /*small_crops=*/false);
  const auto all = passes(views);
  REQUIRE(all.size() == 1);
  std::vector<Tensor> back;
  all[0].append(back, all[0].images);
  REQUIRE(back.size() == 2);
  CHECK(back[0].equal(views[0]));
  CHECK(back[1].equal(views[1]));
}
