#include "spectral/spec.h"

#include <utility>
#include <vector>

#include "base/error.h"

namespace rdm {
namespace {

template <typename T>
T choose(const std::string& flag, const std::string& name,
         const std::vector<std::pair<std::string, T>>& choices) {
  std::string known;
  for (const auto& [choice, value] : choices) {
    if (choice == name) return value;
    known += (known.empty() ? "" : ", ") + choice;
  }
  throw Error(Code::usage, message("unknown ", flag, " '", name, "'"), "choose one of: " + known);
}

}  // namespace

FilterSpec parse_filter(const std::string& pred_type, const std::string& pred_location,
                        double sigma, const std::string& source, bool keep_null_space) {
  FilterSpec spec;
  spec.shape = choose<FilterShape>("--pred-type", pred_type,
                                   {{"poly", FilterShape::poly},
                                    {"log", FilterShape::log},
                                    {"log_1", FilterShape::log_1},
                                    {"log_2", FilterShape::log_2}});
  spec.location = choose<FilterLocation>(
      "--pred-location", pred_location,
      {{"online", FilterLocation::online}, {"target", FilterLocation::target}});
  spec.source = choose<FilterSource>(
      "--filter-source", source, {{"own", FilterSource::own}, {"online", FilterSource::online}});
  spec.sigma = sigma;
  spec.keep_null_space = keep_null_space;
  RDM_CHECK(spec.location == FilterLocation::online || spec.shape == FilterShape::poly, Code::usage,
            "--pred-type ", pred_type, " is an online filter; on the target only poly is defined");
  return spec;
}

std::string warn_against_theory(const FilterSpec& spec) {
  if (spec.shape != FilterShape::poly) return "";
  if (spec.location == FilterLocation::online && spec.sigma < 0) {
    return "an online poly filter with sigma < 0 is high-pass: it raises the online rank above the "
           "target's, against the theory; useful as a negative control";
  }
  if (spec.location == FilterLocation::target && spec.sigma > 0) {
    return "a target poly filter with sigma > 0 is low-pass: it lowers the target's rank below the "
           "online one, against the theory; use sigma < 0, or keep it as a negative control";
  }
  return "";
}

}  // namespace rdm
