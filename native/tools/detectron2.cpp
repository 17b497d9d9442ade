#include "tools/detectron2.h"

#include <vector>

namespace rdm {
namespace {

std::vector<std::string> split(const std::string& name) {
  std::vector<std::string> parts{""};
  for (const char c : name) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts) {
  std::string out = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) out += "." + parts[i];
  return out;
}

// A batch norm belongs to its convolution: bn1 is conv1.norm.
std::string module_name(const std::string& part) {
  return part.starts_with("bn") ? "conv" + part.substr(2) + ".norm" : part;
}

}  // namespace

std::string detectron2_name(const std::string& torchvision_name) {
  auto parts = split(torchvision_name);
  if (!parts[0].starts_with("layer")) {
    parts[0] = "stem." + module_name(parts[0]);
    return join(parts);
  }
  parts[0] = "res" + std::to_string(parts[0].back() - '0' + 1);  // the stem counts as res1
  if (parts[2] == "downsample") {
    parts[2] = parts[3] == "0" ? "shortcut" : "shortcut.norm";
    parts.erase(parts.begin() + 3);
  } else {
    parts[2] = module_name(parts[2]);
  }
  return join(parts);
}

}  // namespace rdm
