// Which versions of NCCL go together, and which build has which backend.
#include "distributed/nccl_version.h"

#include "base/error.h"
#include "check.h"
#include "distributed/backend.h"
#include "ranks.h"

using namespace rdm;

namespace {

std::string refusal(const NcclVersions& versions) {
  try {
    check_nccl(versions);
  } catch (const Error& error) {
    CHECK(error.code == Code::distributed);
    return error.what();
  }
  return "";
}

// Whether making it fails for another reason than that it is not built in.
bool is_built_in(Carrier (*make)(const StorePtr&, const ProcessOptions&)) {
  ProcessOptions alone;
  alone.host = "127.0.0.1";
  alone.port = test::free_port();
  alone.serve = true;
  alone.timeout = 30;
  try {
    make(open_store(alone), alone);
  } catch (const Error& error) {
    return std::string(error.what()).find("this rdm was built without") == std::string::npos;
  } catch (const std::exception&) {
    // NCCL without a GPU.
  }
  return true;
}

}  // namespace

TEST_CASE("versions of NCCL have names, by the old and by the new way to count") {
  CHECK(nccl_version_name(23007) == "2.30.7");
  CHECK(nccl_version_name(20905) == "2.9.5");
  CHECK(nccl_version_name(2804) == "2.8.4");
}

TEST_CASE("nccl.h of LibTorch's version goes with that library and with a newer one") {
  CHECK(refusal({23007, 23007, 23007}).empty());
  CHECK(refusal({22705, 22705, 23007}).empty());
}

TEST_CASE("another nccl.h than LibTorch's, and a library that is older, are refused by name") {
  CHECK(refusal({22602, 23007, 23007}) ==
        "versions of NCCL that do not go together: rdm was built with nccl.h 2.26.2, LibTorch with "
        "2.30.7, and the NCCL that is loaded is 2.30.7");
  CHECK(refusal({23007, 23007, 22005}).ends_with("the NCCL that is loaded is 2.20.5"));
}

TEST_CASE("what a build says of its backends is what making one says") {
  CHECK(has_gloo() == is_built_in(make_gloo));
  CHECK(has_nccl() == is_built_in(make_nccl));
}
