#include "distributed/nccl_version.h"

#include "base/error.h"

namespace rdm {

std::string nccl_version_name(int version) {
  const bool old = version < 10000;
  const int major = version / (old ? 1000 : 10000);
  const int minor = version % (old ? 1000 : 10000) / 100;
  return message(major, ".", minor, ".", version % 100);
}

void check_nccl(const NcclVersions& versions) {
  if (versions.header == versions.libtorch && versions.loaded >= versions.header) return;
  throw Error(Code::distributed,
              message("versions of NCCL that do not go together: rdm was built with nccl.h ",
                      nccl_version_name(versions.header), ", LibTorch with ",
                      nccl_version_name(versions.libtorch), ", and the NCCL that is loaded is ",
                      nccl_version_name(versions.loaded)),
              message("run set-up again where nccl.h ", nccl_version_name(versions.libtorch),
                      " lies beside LibTorch; LD_LIBRARY_PATH may bring in another NCCL"));
}

}  // namespace rdm
