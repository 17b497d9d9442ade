#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "simulated.h"

int main(int argc, char** argv) {
  rdm::simulated::install();
  return doctest::Context(argc, argv).run();
}
