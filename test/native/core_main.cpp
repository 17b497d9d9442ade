// The core's tests, with memory as a run has it: a step's is kept for the next.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "device/memory.h"

int main(int count, char** arguments) {
  rdm::keep_freed_memory();
  return doctest::Context(count, arguments).run();
}
