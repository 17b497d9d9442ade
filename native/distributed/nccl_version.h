// The versions of NCCL that meet in a process.
#pragma once
#include <string>

namespace rdm {

// As nccl.h counts them: 23007 is 2.30.7, and up to 2.8 2804 was 2.8.4.
struct NcclVersions {
  int header = 0;    // nccl.h, when rdm was built
  int libtorch = 0;  // nccl.h, when LibTorch was built
  int loaded = 0;    // the library itself
};

std::string nccl_version_name(int version);  // 2.30.7

// LibTorch's process group holds structs of nccl.h, which grow from version to version. So rdm must
// have been built with LibTorch's version; the library may be newer, which NCCL keeps compatible.
// Throws Code::distributed, with all three named.
void check_nccl(const NcclVersions& versions);

}  // namespace rdm
