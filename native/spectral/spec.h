// The paper's spectral filter as its options describe it.
#pragma once
#include <string>

namespace rdm {

enum class FilterShape { poly, log, log_1, log_2 };
enum class FilterLocation { online, target };
enum class FilterSource { own, online };  // the branch whose features a target filter is made of

// How W is found: by the eigenvectors of the smaller Gram matrix, by an SVD as in the reference, or
// by iterations made of products alone.
enum class FilterSolver { automatic, eigh, svd, newton };

// W = V g(S) Vᵀ of features U S Vᵀ.
struct FilterSpec {
  FilterShape shape = FilterShape::poly;
  FilterLocation location = FilterLocation::online;
  double sigma = 0;  // power of `poly`; the log shapes have none
  FilterSource source = FilterSource::own;
  bool keep_null_space = false;  // directions that hold only rounding noise are filtered, too
  FilterSolver solver = FilterSolver::automatic;
};

// Whether W is made of the very features that it filters: always, but for a target filter whose
// source is the online branch.
bool filters_own_features(const FilterSpec& spec);

// Reads the reference's flags. Throws Code::usage for an unknown name, listing what exists; for a
// log shape on the target, which the paper does not define (it would be a low-pass filter there);
// and for a solver that cannot do this filter, saying what it can.
FilterSpec parse_filter(const std::string& pred_type, const std::string& pred_location,
                        double sigma, const std::string& source, bool keep_null_space,
                        const std::string& solver);

std::string name_of(FilterSolver solver);

// Says why this filter works against a positive rank difference; empty where it does not.
std::string warn_against_theory(const FilterSpec& spec);

}  // namespace rdm
