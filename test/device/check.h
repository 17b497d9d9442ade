// rdm_gpu_check --device cpu|cuda|auto [--small] PART…
// does each part and prints its answer on a line: {"part": "parity", "seconds": 12.3, …}. A part
// that fails says so in "error"; the exit code is 1 where one did or where its "ok" is false.
#pragma once

namespace rdm::device_check {

int run(int argc, char** argv);

}  // namespace rdm::device_check
