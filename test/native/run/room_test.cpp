// What is said where the checkpoints to come do not fit on the disk.
#include <filesystem>

#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"
#include "run/output.h"

using namespace rdm;
using namespace rdm::test;

TEST_CASE("checkpoints that do not fit are told once, and again where room is lost again") {
  const ScratchFolder folder;
  const auto free = std::filesystem::space(folder.path()).available;
  const auto large = static_cast<int64_t>(free / 4);
  RoomWatch room(folder.path());
  CHECK(!room.look(3, large, "--keep keeps fewer, "));
  const auto warning = room.look(400, large, "--keep keeps fewer, ");
  REQUIRE(warning);
  CHECK(warning->code == "no_room");
  CHECK(warning->message.starts_with("the rest of the run does not fit on the disk of " +
                                     folder.path() + ": 400 more checkpoints of "));
  CHECK(warning->message.ends_with(" are free; --keep keeps fewer, --output takes another disk"));
  CHECK(!room.look(400, large, ""));  // nobody wants to read it at every checkpoint
  CHECK(!room.look(1, 1000, ""));
  CHECK(room.look(5, large, ""));
}

TEST_CASE("lincls has two checkpoints, one of which is written before it replaces the other") {
  const ScratchFolder folder;
  CHECK(unnumbered_to_come(folder.path()) == 3);
  write_bytes(folder.file("checkpoint.pth.tar"), "");
  CHECK(unnumbered_to_come(folder.path()) == 2);
}
