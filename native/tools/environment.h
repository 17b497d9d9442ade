// What this build runs on.
#pragma once
#include "base/plain.h"

namespace rdm {

// {version, libtorch, threads, cpu: vector capability, cuda: {available, devices: how many}}
Plain environment();

}  // namespace rdm
