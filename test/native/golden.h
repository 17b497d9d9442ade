// Where the golden numbers are, and their JSON. RDM_GOLDEN points the tests at another set.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace rdm::test {

std::string golden_path(const std::string& file);
nlohmann::json golden_json(const std::string& file);

std::string fixture_path(const std::string& file);  // below test/

}  // namespace rdm::test
