#include "data/datasets/published_files.h"

#include "base/error.h"
#include "base/printable.h"

namespace rdm {

void refuse_published(const std::string& path, const std::string& reason) {
  throw Error(Code::bad_data, message("cannot read ", path, ": ", shortened(reason)),
              "unpack the archive again; it may be damaged");
}

}  // namespace rdm
