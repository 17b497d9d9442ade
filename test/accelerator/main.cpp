#define DOCTEST_CONFIG_IMPLEMENT
#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include "simulated.h"

int main(int argc, char** argv) {
  // On any machine: how the CPU rounds, which a device is compared with, depends on it.
  at::set_num_threads(2);
  rdm::simulated::install();
  return doctest::Context(argc, argv).run();
}
