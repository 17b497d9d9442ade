// Vision Transformers against timm's: features, gradients, positions of other sizes.
#include "models/vit.h"

#include "base/error.h"
#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"
#include "golden.h"
#include "models/weights.h"
#include "safetensors.h"
#include "spectral/spectral.h"

using namespace rdm;
using namespace rdm::test;

namespace {

constexpr double kTolerance = 1e-4;  // relative; of the golden README

// The golden network; its weights must be all there are but the head's.
VisionTransformer golden_network(const std::map<std::string, torch::Tensor>& golden,
                                 int64_t image_size) {
  const auto json = golden_json("methods.json")["vit"];
  const VitArchitecture arch{"golden", json["embed_dim"], json["depth"], json["num_heads"]};
  VisionTransformer network(arch, VitOptions{2, json["patch_size"], image_size});
  StateDict weights;
  for (const auto& [name, tensor] : golden) {
    if (name.starts_with("vit.")) weights.emplace_back(name.substr(4), tensor);
  }
  load_backbone_weights(*network, weights, "methods.safetensors");
  return network;
}

VisionTransformer small_network(int64_t image_size) {
  return VisionTransformer(VitArchitecture{"small", 16, 2, 2}, VitOptions{3, 4, image_size});
}

}  // namespace

TEST_CASE("golden vit: features and gradients are timm's") {
  const auto golden = golden_tensors("methods.safetensors");
  const int64_t size = golden_json("methods.json")["vit"]["img_size"];
  auto network = golden_network(golden, size);
  const auto input = golden.at("vit_case.input").clone().requires_grad_();
  const auto output = network->features(input);
  CHECK(relative(output, golden.at("vit_case.output")) < kTolerance);
  (output * golden.at("vit_case.output_weight")).sum().backward();
  CHECK(relative(input.grad(), golden.at("vit_case.input_grad")) < kTolerance);
  const std::string prefix = "vit_case.grad.";
  const auto parameters = network->named_parameters();
  int64_t compared = 0;
  for (const auto& [name, expected] : golden) {
    if (!name.starts_with(prefix)) continue;
    CAPTURE(name);
    CHECK(relative(parameters[name.substr(prefix.size())].grad(), expected) < kTolerance);
    ++compared;
  }
  CHECK(compared >= 5);
}

TEST_CASE("golden vit: the features of a smaller image, also with positions resized for good") {
  const auto golden = golden_tensors("methods.safetensors");
  const auto& input = golden.at("vit_case.small_input");
  const auto& expected = golden.at("vit_case.small_output");
  const int64_t size = golden_json("methods.json")["vit"]["img_size"];
  for (const int64_t built_for : {size, input.size(-1)}) {
    CAPTURE(built_for);
    auto network = golden_network(golden, built_for);
    CHECK(relative(network->features(input), expected) < kTolerance);
  }
}

TEST_CASE("a Vision Transformer in channels_last has the features that it has") {
  torch::manual_seed(1);
  auto network = small_network(32);
  const auto images = torch::randn({2, 3, 32, 32});
  const auto before = network->features(images);
  to_channels_last(*network);
  const auto after = network->features(images.contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(torch::allclose(after, before, 1e-5, 1e-6));
}

TEST_CASE("images that do not divide into patches are refused") {
  auto network = small_network(32);
  const auto error = error_of([&] { network->features(torch::zeros({1, 3, 32, 30})); });
  REQUIRE(error);
  CHECK(error->code == Code::usage);
  CHECK(error->what() == std::string("images of 32 × 30 pixels do not divide into patches of 4"));
}

TEST_CASE("the class token and the positions are the backbone's, the head's layers are not") {
  auto network = small_network(32);
  const auto parameters = network->named_parameters();
  const auto backbone = network->backbone_parameters();
  const auto has = [&](const char* name) {
    return std::ranges::any_of(backbone,
                               [&](const auto& one) { return one.is_same(parameters[name]); });
  };
  CHECK(backbone.size() + 2 == parameters.size());
  CHECK(has("cls_token"));
  CHECK(has("pos_embed"));
  CHECK(!has("head.weight"));
  CHECK(network->head_name() == "head");
}

TEST_CASE("positions of no square are left for the check of shapes to refuse") {
  auto network = small_network(32);
  for (const auto& shape : std::vector<std::vector<int64_t>>{{1, 13, 16}, {1, 0, 16}, {65, 16}}) {
    StateDict weights{{"pos_embed", torch::zeros(shape)}};
    network->fit(weights);
    CHECK(weights[0].second.sizes().vec() == shape);
  }
}
