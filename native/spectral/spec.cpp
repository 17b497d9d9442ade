#include "spectral/spec.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "spectral/newton.h"

namespace rdm {
namespace {

const std::vector<std::pair<std::string, FilterSolver>> kSolvers{{"auto", FilterSolver::automatic},
                                                                 {"eigh", FilterSolver::eigh},
                                                                 {"svd", FilterSolver::svd},
                                                                 {"newton", FilterSolver::newton}};

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

void check_solver(const FilterSpec& spec, const std::string& pred_type, const std::string& solver) {
  if (spec.solver == FilterSolver::newton && !newton_applies(spec.shape, spec.sigma)) {
    const bool poly = spec.shape == FilterShape::poly;
    throw Error(
        Code::usage,
        message("--filter-solver newton does poly with sigma 2, 1, 0.5, 0, -0.5 or -1, not ",
                poly ? message("sigma ", spec.sigma) : pred_type),
        "take --filter-solver auto, which does every shape");
  }
  if (spec.keep_null_space &&
      (spec.solver == FilterSolver::newton || spec.solver == FilterSolver::eigh)) {
    throw Error(Code::usage,
                message("--keep-null-space needs an SVD; --filter-solver ", solver, " drops it"),
                "take --filter-solver svd or auto");
  }
}

}  // namespace

bool filters_own_features(const FilterSpec& spec) {
  return spec.location == FilterLocation::online || spec.source == FilterSource::own;
}

FilterSpec parse_filter(const std::string& pred_type, const std::string& pred_location,
                        double sigma, const std::string& source, bool keep_null_space,
                        const std::string& solver) {
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
  spec.solver = choose("--filter-solver", solver, kSolvers);
  RDM_CHECK(spec.location == FilterLocation::online || spec.shape == FilterShape::poly, Code::usage,
            "--pred-type ", pred_type, " is an online filter; on the target only poly is defined");
  check_solver(spec, pred_type, solver);
  return spec;
}

std::string name_of(FilterSolver solver) {
  return std::ranges::find(kSolvers, solver, &std::pair<std::string, FilterSolver>::second)->first;
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
