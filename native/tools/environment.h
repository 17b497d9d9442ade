// What this build runs on.
#pragma once
#include "base/plain.h"

namespace rdm {

// {version, libtorch, threads, cuda: {built, devices: [name…]}, cpu: capability}
Plain environment();

}  // namespace rdm
