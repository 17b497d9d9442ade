#include "golden.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace rdm::test {

std::string golden_path(const std::string& file) {
  const char* other = std::getenv("RDM_GOLDEN");
  return std::string(other ? other : RDM_TEST_DIR "/golden") + "/" + file;
}

nlohmann::json golden_json(const std::string& file) {
  std::ifstream in(golden_path(file));
  if (!in) throw std::runtime_error("no golden file " + golden_path(file));
  return nlohmann::json::parse(in);
}

std::string fixture_path(const std::string& file) {
  return RDM_TEST_DIR "/" + file;
}

}  // namespace rdm::test
