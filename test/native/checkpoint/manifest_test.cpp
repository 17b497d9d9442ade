// Manifests that somebody else has put there.
#include "checkpoint/manifest.h"

#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "checkpoint_fixtures.h"
#include "formats/atomic_file.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

TEST_CASE("a manifest that is a pipe, a device or endless is a fault, and nobody waits for it") {
  const ScratchFolder folder;
  const auto path = folder.file("checkpoint"), manifest = manifest_of(path);
  write_bytes(path, "x");
  const auto fault = [&] { return find_fault(path).value_or(""); };
  CHECK(contains(fault(), "it has no manifest"));
  REQUIRE(::mkfifo(manifest.c_str(), 0600) == 0);
  CHECK(contains(fault(), "cannot be read: a device or a pipe, not a file"));
  fs::remove(manifest);
  fs::create_symlink("/dev/zero", manifest);
  CHECK(contains(fault(), "cannot be read: a device or a pipe, not a file"));
  fs::remove(manifest);
  write_bytes(manifest, std::string(70'000, '0'));
  CHECK(contains(fault(), "cannot be read: its 70000 bytes are over the limit of 65536"));
}

TEST_CASE("a checkpoint that is a pipe cannot be read, and nobody waits for it") {
  const ScratchFolder folder;
  const auto path = folder.file("checkpoint");
  write_bytes(manifest_of(path), std::string(64, '0'));
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(contains(find_fault(path).value_or(""), "it cannot be read"));
}

TEST_CASE("a link where the temporary file goes is not written through") {
  const ScratchFolder folder;
  const auto path = folder.file("out"), other = folder.file("other");
  write_bytes(other, "precious");
  fs::create_symlink(other, path + ".tmp" + std::to_string(::getpid()));
  AtomicFile file(path);
  file.write("new", 3);
  file.commit();
  CHECK(read_bytes(other) == "precious");
  CHECK(read_bytes(path) == "new");
  CHECK(!fs::is_symlink(path));
}
