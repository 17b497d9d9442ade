// One run at a time in an output folder.
#include "run/output_lock.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <regex>

#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"

using namespace rdm;
using namespace rdm::test;

namespace {

const Sink ignore = [](const Event&) {};

}  // namespace

TEST_CASE("the second run into a folder is refused, and told of the first") {
  const ScratchFolder folder;
  std::optional<Error> error;
  {
    const OutputLock first(folder.path(), ignore);
    error = error_of([&] { OutputLock(folder.path(), ignore); });
    CHECK(folder.files() == 1);
  }
  REQUIRE(error);
  CHECK(error->code == Code::bad_output);
  const std::regex told("another run writes to " + folder.path() + ": process " +
                        std::to_string(getpid()) +
                        R"( on \S+, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d)");
  CHECK_MESSAGE(std::regex_match(error->what(), told), error->what());
  CHECK(error->hint ==
        "give each run a folder of its own (--output DIR), or wait for the other to end");
  CHECK(folder.files() == 0);
  OutputLock(folder.path(), ignore);
}

TEST_CASE("a lock ends with its process, and what that process was writing is removed") {
  const ScratchFolder folder;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const OutputLock lock(folder.path(), ignore);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  const auto error = error_of([&] { OutputLock(folder.path(), ignore); });
  REQUIRE(error);
  CHECK(contains(error->what(), "process " + std::to_string(child) + " on "));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  write_bytes(folder.file("checkpoint_0000.pth.tar"), "");
  write_bytes(folder.file("checkpoint_0001.pth.tar.tmp123"), "half");
  write_bytes(folder.file("checkpoint_0001.pth.tar.sha256.tmp123"), "half");
  const OutputLock next(folder.path(), ignore);
  CHECK(folder.files() == 2);  // the lock and the whole checkpoint
}

TEST_CASE("what another put there under the lock's name is not written to") {
  const ScratchFolder folder, other;
  const auto precious = other.file("precious");
  const auto lock = folder.file(".rdm-lock");
  write_bytes(precious, "mine");
  const auto refused = [&] {
    const auto error = error_of([&] { OutputLock(folder.path(), ignore); });
    REQUIRE(error);
    CHECK(error->what() == lock + " is a link, a pipe or a folder, not a file");
    CHECK(error->hint == "remove it, or take another --output");
    std::filesystem::remove(lock);
  };
  std::filesystem::create_symlink(precious, lock);
  refused();
  std::filesystem::create_hard_link(precious, lock);
  refused();
  REQUIRE(mkfifo(lock.c_str(), 0666) == 0);
  refused();
  std::filesystem::create_directory(lock);
  refused();
  CHECK(read_bytes(precious) == "mine");
}
