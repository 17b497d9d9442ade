// A global of this list becomes an inert value. Only those of tensors and dictionaries are
// interpreted; the others are on the list so that checkpoints of other programs can be read at all.
#include "checkpoint/allowed_globals.h"

#include <algorithm>
#include <array>

#include "formats/storage_types.h"

namespace rdm {
namespace {

constexpr std::array<std::string_view, 43> kAllowed{
    // torch.save's own
    "collections.OrderedDict", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter", "torch.nn.parameter.Parameter", "torch.Size", "torch.device",
    "torch.float16", "torch.bfloat16", "torch.float32", "torch.float64", "torch.uint8",
    "torch.int8", "torch.int16", "torch.int32", "torch.int64", "torch.bool",
    // plain containers and numbers
    "collections.Counter", "collections.defaultdict", "argparse.Namespace", "typing.Any",
    "pathlib.PosixPath", "builtins.dict", "builtins.list", "builtins.set", "builtins.int",
    "builtins.float", "builtins.str", "__builtin__.set", "_codecs.encode", "numpy.dtype",
    "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
    // Lightning's and Hydra's, in solo-learn's files
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "lightning_fabric.utilities.data.AttributeDict", "omegaconf.dictconfig.DictConfig",
    "omegaconf.listconfig.ListConfig", "omegaconf.base.ContainerMetadata",
    "omegaconf.base.Metadata", "omegaconf.nodes.AnyNode", "omegaconf.base.Node",
    "omegaconf.base.Container"};

}  // namespace

bool is_allowed_global(std::string_view name) {
  if (std::ranges::find(kAllowed, name) != kAllowed.end()) return true;
  constexpr std::string_view kTorch = "torch.";
  return name.starts_with(kTorch) && storage_dtype(name.substr(kTorch.size())).has_value();
}

}  // namespace rdm
