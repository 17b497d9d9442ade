// One of a method's two networks. Free of LibTorch's headers.
#pragma once

namespace rdm {

// BYOL has both; other methods have the online branch alone.
enum class Branch { online, momentum };

const char* name_of(Branch branch);

}  // namespace rdm
