// What arithmetic says of a network is what the network has.
#include "models/network_size.h"

#include <map>

#include "check.h"
#include "models/weights.h"

using namespace rdm;

TEST_CASE("parameters are counted as the modules hold them") {
  for (const auto& arch : architectures()) {
    for (const auto kind : {Stem::Kind::imagenet, Stem::Kind::cifar}) {
      CAPTURE(arch.name);
      const Stem stem{.kind = kind};
      const ResNet network(arch, ResNetOptions{.num_classes = 1, .stem = stem});
      int64_t elements = 0;
      for (const auto& [name, tensor] : state_dict(*network)) {
        if (!name.starts_with("fc.") && tensor.dim() > 0) elements += tensor.numel();
      }
      CHECK(size_of(arch, stem, 224).parameters == elements);
    }
  }
}

TEST_CASE("parameters of a Vision Transformer are counted as the modules hold them") {
  for (const auto& arch : vit_architectures()) {
    for (const int64_t patch : {4, 16}) {
      CAPTURE(arch.name);
      const BackboneSpec backbone{.arch = arch.name, .patch_size = patch, .image_size = 64};
      const auto network = make_network(backbone, /*outputs=*/1);
      int64_t elements = 0;
      for (const auto& parameter : network->backbone_parameters()) elements += parameter.numel();
      CHECK(size_of(backbone).parameters == elements);
      CHECK(feature_dim(arch.name) == network->classifier()->options.in_features());
    }
  }
}

// Millions of elements that the convolutions put out at 224 pixels, as timm lists them.
TEST_CASE("outputs are counted as they are published") {
  const std::map<std::string, double> published{
      {"resnet18", 2.48},          {"resnet34", 3.74},         {"resnet50", 11.11},
      {"resnet101", 16.23},        {"resnet152", 22.56},       {"resnext50_32x4d", 14.40},
      {"resnext101_32x8d", 31.21}, {"wide_resnet50_2", 14.40}, {"wide_resnet101_2", 21.23},
  };
  for (const auto& [name, millions] : published) {
    CAPTURE(name);
    const auto size = size_of(find_architecture(name), Stem(), 224);
    CHECK(std::abs(size.outputs / 1e6 - millions) < 0.01);
    CHECK(size.largest >= size.outputs / 200);
  }
}

TEST_CASE("the widest output of a block is that of its first layer") {
  const auto widest = [](const char* arch, Stem stem, int64_t side) {
    return size_of(find_architecture(arch), stem, side).widest;
  };
  CHECK(widest("resnet18", Stem(), 224) == 64 * 56 * 56);
  CHECK(widest("resnet50", Stem(), 224) == 256 * 56 * 56);
  CHECK(widest("resnet18", Stem{.kind = Stem::Kind::cifar}, 32) == 64 * 34 * 34);  // padded by 2
}
