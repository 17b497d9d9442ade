// The format of torch.save before PyTorch 1.6: five pickles one after the other (a magic number,
// the protocol, the machine, the object, the storages' keys), then each storage's length and
// elements.
#pragma once
#include <memory>
#include <string>

#include "checkpoint/archive.h"

namespace rdm {

// nullptr where the file does not begin as one. Throws a pickle::Malformed where the rest is
// damaged.
std::unique_ptr<RecordReader> open_legacy(const std::string& path);

}  // namespace rdm
