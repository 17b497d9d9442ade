// Which of a method's two networks. Free of LibTorch's headers.
#pragma once

namespace rdm {

// Of BYOL; other methods have the online branch alone.
enum class Branch { online, momentum };

const char* name_of(Branch branch);

}  // namespace rdm
