// detectron2's names of a ResNet's tensors.
#pragma once
#include <string>

namespace rdm {

// layer1.0.bn1.weight is res2.0.conv1.norm.weight, conv1.weight is stem.conv1.weight,
// layer2.0.downsample.0.weight is res3.0.shortcut.weight. Source: detectron2's
// modeling/backbone/resnet.py.
std::string detectron2_name(const std::string& torchvision_name);

}  // namespace rdm
