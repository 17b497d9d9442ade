// What the predictor is: a learnable MLP, or the paper's spectral filter with its shape, power and
// side.
#pragma once
#include <string>

namespace rdm {

enum class FilterShape { poly, log, log_1, log_2 };
enum class FilterLocation { online, target };
enum class FilterSource { own, online };  // whose singular vectors a target filter uses

// How W is found: the eigenvectors of the smaller Gram matrix, the reference's SVD, or iterations
// made of products alone.
enum class FilterSolver { automatic, eigh, svd, newton };

// W = V g(S) Vᵀ with features U S Vᵀ (paper, rank differential mechanism).
struct FilterSpec {
  FilterShape shape = FilterShape::poly;
  FilterLocation location = FilterLocation::online;
  double sigma = 0;  // power of `poly`; the log shapes have none
  FilterSource source = FilterSource::own;
  bool keep_null_space = false;  // also filter directions that hold rounding noise only
  FilterSolver solver = FilterSolver::automatic;
};

// From the reference's flags. Throws Code::usage for an unknown name, listing what exists; for a
// log shape on the target, which the paper does not define (it would be a low-pass filter there);
// and for a solver that cannot do this filter, saying what it can.
FilterSpec parse_filter(const std::string& pred_type, const std::string& pred_location,
                        double sigma, const std::string& source, bool keep_null_space,
                        const std::string& solver);

// Why this filter works against a positive rank difference; empty where it does not.
std::string warn_against_theory(const FilterSpec& spec);

}  // namespace rdm
