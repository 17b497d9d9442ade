#include "check.h"

int main(int argc, char** argv) {
  return rdm::device_check::run(argc, argv);
}
