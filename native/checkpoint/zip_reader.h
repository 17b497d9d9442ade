// The zip format of torch.save (PyTorch 1.6 and later).
#pragma once
#include <memory>
#include <string>

#include "checkpoint/archive.h"

namespace rdm {

// Throws a pickle::Malformed where the file is a zip that cannot be read as a checkpoint.
std::unique_ptr<RecordReader> open_zip(const std::string& path);

}  // namespace rdm
