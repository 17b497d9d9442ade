// Exports for libraries that load names and shapes strictly.
#include "tools/export.h"

#include "check.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint_fixtures.h"
#include "models/resnet.h"
#include "models/weights.h"

using namespace rdm;
using namespace rdm::test;

namespace {

StateDict resnet18() {
  return state_dict(*ResNet(find_architecture("resnet18"), ResNetOptions{.num_classes = 3}));
}

// Says why not, or nothing.
std::string refusal(const StateDict& state, const char* format) {
  const ScratchFolder folder;
  const auto path = folder.file("in.pth"), output = folder.file("out");
  save_state_dict(path, state);
  const auto error = error_of([&] {
    export_checkpoint(Plain::Dict{
        {"checkpoint", path}, {"output", output}, {"format", format}, {"branch", "online"}});
  });
  CHECK(std::filesystem::exists(output) == !error);
  if (!error) return "";
  CHECK(error->code == Code::bad_checkpoint);
  return error->what();
}

torch::Tensor& entry(StateDict& state, const std::string& name) {
  return std::ranges::find(state, name, [](const auto& pair) { return pair.first; })->second;
}

constexpr const char* kStrict[] = {"torchvision", "timm", "detectron2"};

}  // namespace

TEST_CASE("an export has the shapes of the network that its library builds") {
  for (const auto* format : kStrict) CHECK(refusal(resnet18(), format).empty());
  auto state = resnet18();
  entry(state, "layer1.0.conv1.weight") = torch::zeros({64, 64, 5, 5});
  for (const auto* format : kStrict) {
    CHECK(contains(refusal(state, format),
                   " does not fit the model: layer1.0.conv1.weight is [64, 64, 5, 5]"));
  }
  CHECK(refusal(state, "safetensors").empty());  // which takes any network
}

TEST_CASE("an export has all tensors of its network, and no others") {
  auto fewer = resnet18();
  std::erase_if(fewer, [](const auto& pair) { return pair.first == "bn1.bias"; });
  auto more = resnet18();
  more.emplace_back("layer1.x", torch::zeros({1}));
  auto classes = resnet18();
  entry(classes, "fc.bias") = torch::zeros({4});
  for (const auto* format : kStrict) {
    CHECK(contains(refusal(fewer, format), "bn1.bias is missing"));
    CHECK(contains(refusal(more, format), "layer1.x is not known"));
  }
  CHECK(contains(refusal(classes, "torchvision"), "fc.bias is [4], not [3]"));
}
