#include "methods/table.h"

#include <algorithm>
#include <array>

#include "methods/byol.h"
#include "methods/simsiam.h"

namespace rdm {
namespace {

template <typename Impl>
std::unique_ptr<Method> make(const MethodOptions& options) {
  return std::make_unique<Impl>(options);
}

// name, text, made by; layers of the projector, predictor, momentum network, prototypes
constexpr std::array kMethods{
    MethodRow{MethodName::simsiam, "simsiam", make<SimSiamImpl>, 3, true, false, false},
    MethodRow{MethodName::byol, "byol", make<ByolImpl>, 2, true, true, false},
    MethodRow{MethodName::swav, "swav", make_swav, 2, false, false, true},
    MethodRow{MethodName::dino, "dino", make_dino, 3, false, true, true},
    MethodRow{MethodName::barlow, "barlow", make_barlow, 3, false, false, false},
    MethodRow{MethodName::vicreg, "vicreg", make_vicreg, 3, false, false, false},
};

}  // namespace

const MethodRow& row_of(MethodName name) {
  return *std::ranges::find(kMethods, name, &MethodRow::name);
}

}  // namespace rdm
