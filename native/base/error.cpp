#include "base/error.h"

namespace rdm {

const char* code_name(Code code) {
  switch (code) {
    case Code::usage: return "usage";
    case Code::bad_data: return "bad_data";
    case Code::bad_checkpoint: return "bad_checkpoint";
    case Code::bad_output: return "bad_output";
    case Code::no_device: return "no_device";
    case Code::not_finite: return "not_finite";
    case Code::distributed: return "distributed";
    case Code::lost_rank: return "lost_rank";
    case Code::internal: return "internal";
  }
  return "internal";
}

}  // namespace rdm
