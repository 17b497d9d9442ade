#include "base/version.h"

namespace rdm {

const char* version() {
  return RDM_VERSION;
}

}  // namespace rdm
