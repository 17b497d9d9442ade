// The closed list of globals in checkpoints.
#pragma once
#include <string_view>

namespace rdm {

// Whether a checkpoint may name this global ("torch.FloatStorage").
bool is_allowed_global(std::string_view name);

}  // namespace rdm
