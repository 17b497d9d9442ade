// scripts/gpu-check on the simulated accelerator.
#include "check.h"
#include "simulated.h"

int main(int argc, char** argv) {
  rdm::simulated::install();
  return rdm::device_check::run(argc, argv);
}
