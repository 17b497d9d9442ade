// DINO with a spectral filter in the place of the teacher's centring and sharpening.
#include "check.h"
#include "methods/table.h"
#include "models/encoder.h"

using namespace rdm;

namespace {

using torch::Tensor;

MethodOptions small_dino() {
  MethodOptions options{.name = MethodName::dino, .arch = "resnet18"};
  options.stem.kind = Stem::Kind::cifar;
  options.zero_init_residual = false;
  options.dim = 48;
  options.proj_hidden_dim = 64;
  options.prototypes = 20;
  return options;
}

// X W = U s^(sigma + 1) Vᵀ
Tensor after_poly(const Tensor& x, double sigma) {
  const auto [u, s, vt] = torch::linalg_svd(x, /*full_matrices=*/false);
  return torch::mm(u * s.pow(sigma + 1), vt);
}

Tensor logits_of(const Tensor& outputs, const Tensor& directions) {
  using torch::nn::functional::normalize;
  return torch::mm(normalize(outputs), normalize(directions).t());
}

}  // namespace

TEST_CASE("DINO with a filter: what is filtered are the head's outputs, by each crop's own") {
  for (const auto* location : {"online", "target"}) {
    CAPTURE(std::string(location));
    const bool online = location == std::string("online");
    const double sigma = online ? 1 : -0.5;
    auto options = small_dino();
    options.filter = parse_filter("poly", location, sigma, "own", false, "auto");
    torch::manual_seed(3);
    const auto method = make_method(options);
    auto& module = method->module();
    module.to(torch::kFloat64);
    std::vector<Tensor> views;
    for (const int64_t size : {16, 16, 8}) {
      views.push_back(torch::randn({8, 3, size, size}, torch::kFloat64));
    }
    const auto output = method->forward(views, nullptr);
    output.loss.backward();
    CHECK(output.momentum_features.size() == 2);

    auto networks = module.named_children();
    const auto directions = [&](const char* name) {
      return networks[name]->named_parameters()["weight_v"].detach();
    };
    const auto branch = [&](const char* name, const Tensor& view) {
      return networks[name]->as<EncoderImpl>()->forward(view).detach();
    };
    double expected = 0;
    int terms = 0;
    for (size_t target = 0; target < 2; ++target) {
      auto z = branch("momentum_encoder", views[target]);
      if (!online) z = after_poly(z, sigma);
      const auto q = torch::softmax(logits_of(z, directions("momentum_prototypes")) / 0.1, 1);
      for (size_t crop = 0; crop < 3; ++crop) {
        if (crop == target) continue;
        auto p = branch("encoder", views[crop]);
        if (online) p = after_poly(p, sigma);
        const auto log_p = torch::log_softmax(logits_of(p, directions("prototypes")) / 0.1, 1);
        expected -= (q * log_p).sum(1).mean().item<double>();
        ++terms;
      }
    }
    CHECK(output.loss.item<double>() == doctest::Approx(expected / terms).epsilon(1e-8));
    CHECK(module.named_buffers()["centre"].abs().sum().item<double>() == 0);
  }
}

TEST_CASE("DINO with a filter: what stands between its branches is measured as that filter") {
  auto options = small_dino();
  options.filter = parse_filter("poly", "target", -1, "own", false, "auto");
  torch::manual_seed(5);
  const auto method = make_method(options);
  method->module().to(torch::kFloat64);
  const auto rows = method->branches(torch::randn({12, 3, 16, 16}, torch::kFloat64));
  CHECK(rows.online.size(1) == 48);
  const auto between = method->between(rows);
  CHECK(between.compared.target.size(1) == 20);
  CHECK(between.input.equal(rows.target));
  const auto spectrum = std::get<1>(torch::linalg_svd(between.output, /*full_matrices=*/false));
  CHECK((spectrum - 1).abs().max().item<double>() < 1e-6);  // whitened
}
