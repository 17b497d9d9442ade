// doctest beside LibTorch: c10 has a CHECK of its own, which tests do not want.
#pragma once
#include <torch/torch.h>
#undef CHECK
#include <doctest/doctest.h>
