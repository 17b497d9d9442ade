// The table of methods.
#pragma once
#include <memory>

#include "methods/method.h"

namespace rdm {

struct MethodRow {
  MethodName name;
  const char* text;  // its name as an option
  std::unique_ptr<Method> (*make)(const MethodOptions& options);
  // What its networks are of, for estimates of memory.
  int64_t projector_layers;  // linear ones
  bool predictor;            // one, or a filter in its place
  bool momentum;             // backbone and projector a second time
  bool prototypes;
};

const MethodRow& row_of(MethodName name);

inline std::unique_ptr<Method> make_method(const MethodOptions& options) {
  return row_of(options.name).make(options);
}

// Features of the outputs that are compared: the projector's, or one a prototype.
inline int64_t compared_features(const MethodOptions& options) {
  return row_of(options.name).prototypes ? options.prototypes : options.dim;
}

// Of methods that are a file each.
std::unique_ptr<Method> make_swav(const MethodOptions& options);
std::unique_ptr<Method> make_dino(const MethodOptions& options);
std::unique_ptr<Method> make_barlow(const MethodOptions& options);
std::unique_ptr<Method> make_vicreg(const MethodOptions& options);

}  // namespace rdm
