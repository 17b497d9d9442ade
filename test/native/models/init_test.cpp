// With the same seed, LibTorch draws the weights that Python draws for the reference's model.
#include "check.h"
#include "golden.h"
#include "methods/simsiam.h"
#include "models/weights.h"

using namespace rdm;

TEST_CASE("golden init: the weights of every recorded backbone equal Python's bit for bit") {
  const auto golden = test::golden_json("init.json");
  REQUIRE(golden["models"].size() > 0);
  for (const auto& [arch, expected] : golden["models"].items()) {
    CAPTURE(arch);
    torch::manual_seed(golden["seed"].get<int64_t>());
    SimSiam model(MethodOptions{.arch = arch, .dim = 512, .pred_dim = 128});
    const auto weights = state_dict(*model);
    CHECK(weights.size() == expected["keys"].get<size_t>());
    int64_t parameters = 0;
    for (const auto& parameter : model->parameters()) parameters += parameter.numel();
    CHECK(parameters == expected["parameters"].get<int64_t>());
    for (const auto& [name, tensor] : weights) {
      if (!expected["tensors"].contains(name)) continue;
      CAPTURE(name);
      const auto& digest = expected["tensors"][name];
      const auto values = tensor.to(torch::kFloat64).flatten();
      CHECK(tensor.sizes().vec() == digest["shape"].get<std::vector<int64_t>>());
      const auto first = digest["first"].get<std::vector<double>>();
      for (size_t i = 0; i < first.size(); ++i) CHECK(values[i].item<double>() == first[i]);
      CHECK(values.sum().item<double>() ==
            doctest::Approx(digest["sum"].get<double>()).epsilon(1e-6));
      CHECK(values.abs().sum().item<double>() ==
            doctest::Approx(digest["abs"].get<double>()).epsilon(1e-9));
    }
  }
}
