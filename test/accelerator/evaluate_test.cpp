// What is made of a pretrained network, on the simulated accelerator.
#include "check.h"
#include "evaluate/feature_set.h"
#include "evaluate/spectrum.h"
#include "runs.h"
#include "simulated.h"

using namespace rdm;
using namespace rdm::test;

namespace {

const std::string& pretrained() {
  static const std::string path = run(small_pretraining(), test::Place{}).checkpoint;
  return path;
}

}  // namespace

TEST_CASE("accelerator: a linear classifier, its validation and its sanity check") {
  check_everywhere(small_lincls(pretrained()));
  auto larc = small_lincls(pretrained());
  larc.lars = true;
  larc.weight_decay = 1e-4;
  check_everywhere(larc);
}

TEST_CASE("accelerator: a whole network with its classifier, also with batch norms that stay") {
  auto options = small_finetune(pretrained());
  options.few_labels.per_class = 3;
  check_everywhere(options, 1e-4);  // five steps of the whole network
  options.freeze_bn = true;
  check_everywhere(options, 1e-4);
}

TEST_CASE("accelerator: nearest neighbours by both distances, votes added up in their order") {
  simulated::counters() = {};
  check_everywhere(small_knn(pretrained()));
  CHECK(!simulated::counters().kernels.contains("aten::scatter_add_"));  // atomic, on CUDA
}

TEST_CASE("accelerator: features and spectra") {
  FeatureSetOptions options;
  static_cast<DataOptions&>(options) = small_knn("");
  static_cast<NetworkOptions&>(options) = small_knn("");
  options.pretrained = pretrained();
  options.thumbnail = 8;
  const auto features = [&] {
    const auto made = feature_set(options, [](const Event&) {}, {});
    const auto& values = *made.find("features")->get_if<Plain::Floats>();
    return torch::tensor(torch::ArrayRef<float>(values.data(), values.size()));
  };
  const auto singular_values = [&] {
    const auto made = spectrum(options, [](const Event&) {}, {});
    std::vector<double> values;
    for (const auto& one : *made.find("spectra")->get_if<Plain::List>()) {
      for (const auto& value : *one.find("singularValues")->get_if<Plain::List>()) {
        values.push_back(*value.get_if<double>());
      }
    }
    return torch::tensor(torch::ArrayRef<double>(values.data(), values.size()), torch::kFloat64);
  };
  options.device = "cpu";
  const auto expected = features(), expected_spectrum = singular_values();
  options.device = "auto";
  std::optional<torch::Tensor> first;
  for (const auto place : simulated_places()) {
    simulated::set_laziness(place.laziness);
    options.gpu = place.device;
    const auto made = features();
    CHECK(made.allclose(expected, 1e-5, 1e-6));
    if (first) CHECK(made.equal(*first));
    first = made;
    const auto s = singular_values();
    CHECK((s - expected_spectrum).abs().max().item<double>() <
          1e-5 * expected_spectrum.max().item<double>());
  }
  simulated::set_laziness(0);
}
