// Pickles: everything that was read is looked into as the readers of checkpoints and CIFAR do.
#include "pickle/pickle.h"

#include "scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto allowed = [](std::string_view name) {
    return name.starts_with("torch") || name.starts_with("numpy") ||
           name == "collections.OrderedDict";
  };
  try {
    const auto document = rdm::pickle::parse(rdm::fuzz::text(data, size), allowed);
    document.root->find("state_dict");
    document.root->call_of("torch._utils._rebuild_tensor_v2");
    size_t budget = 1 << 20;
    rdm::pickle::to_plain(*document.root, budget);
  } catch (const rdm::pickle::Malformed&) {
  }
  return 0;
}
