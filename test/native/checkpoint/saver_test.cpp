// Saving beside training: what the file holds, what is removed and when, what failures become.
#include "checkpoint/saver.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "check.h"
#include "checkpoint/manifest.h"
#include "checkpoint_fixtures.h"

using namespace rdm;
using namespace rdm::test;

namespace {

Checkpoint with_value(float value, int64_t size = 1000) {
  Checkpoint out{.epoch = static_cast<int64_t>(value), .arch = "resnet18"};
  out.state_dict = {{"weight", torch::full({size}, value)}};
  out.optimizer.groups = {ParamGroup{.lr = 0.1, .params = {0}}};
  out.optimizer.momentum_buffers = {{0, torch::full({size}, value + 0.5F)}};
  return out;
}

float saved_value(const std::string& path) {
  return load_checkpoint(path).state_dict[0].second[0].item<float>();
}

std::vector<std::string> warnings(Saver& saver) {
  std::vector<std::string> out;
  for (const auto& event : saver.take_events()) {
    if (const auto* warning = std::get_if<WarningEvent>(&event)) out.push_back(warning->message);
  }
  return out;
}

// Of the checkpoints, with a manifest each, in their order.
std::vector<std::string> names_in(const ScratchFolder& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().extension() != ".tar") continue;
    CHECK(!find_fault(entry.path().string()));
    out.push_back(entry.path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

// Of the checkpoints of epochs [begin, end).
std::vector<std::string> numbered(int begin, int end) {
  std::vector<std::string> out;
  for (int epoch = begin; epoch < end; ++epoch) {
    out.push_back(message("checkpoint_00", epoch < 10 ? "0" : "", epoch, ".pth.tar"));
  }
  return out;
}

bool exists(const std::string& path) {
  return std::filesystem::exists(path);
}

}  // namespace

TEST_CASE("a saved checkpoint is a copy: training may go on at once") {
  const ScratchFolder folder;
  Saver saver(folder.path(), {});
  for (const float value : {1.0F, 2.0F}) {
    auto live = with_value(value, 5'000'000);
    saver.save("checkpoint_0001.pth.tar", live);
    live.state_dict[0].second.fill_(-1);
    live.optimizer.momentum_buffers[0].fill_(-1);
    saver.finish();
    const auto read = load_checkpoint(folder.file("checkpoint_0001.pth.tar"));
    CHECK(read.state_dict[0].second.eq(value).all().item<bool>());
    CHECK(read.optimizer.momentum_buffers.at(0).eq(value + 0.5F).all().item<bool>());
  }
  CHECK(saver.last() == folder.file("checkpoint_0001.pth.tar"));
  const auto events = saver.take_events();
  REQUIRE(events.size() == 2);
  CHECK(std::get<CheckpointEvent>(events[1]).epoch == 2);
  CHECK(saver.take_events().empty());
}

TEST_CASE("the copy takes over the memory of the one before, of any layout") {
  Snapshot snapshot;
  auto live = with_value(1);
  live.state_dict[0].second =
      torch::arange(24.F).reshape({1, 2, 3, 4}).contiguous(torch::MemoryFormat::ChannelsLast);
  snapshot.take(live);
  const auto* memory = snapshot.checkpoint().state_dict[0].second.const_data_ptr();
  CHECK(snapshot.checkpoint().state_dict[0].second.is_contiguous());
  CHECK(torch::equal(snapshot.checkpoint().state_dict[0].second, live.state_dict[0].second));
  live.state_dict[0].second = live.state_dict[0].second * 2;
  snapshot.take(live);
  CHECK(snapshot.checkpoint().state_dict[0].second.const_data_ptr() == memory);
  CHECK(torch::equal(snapshot.checkpoint().state_dict[0].second, live.state_dict[0].second));
  live.state_dict[0].second = torch::ones({2, 2}, torch::kLong);
  snapshot.take(live);
  CHECK(
      torch::equal(snapshot.checkpoint().state_dict[0].second, torch::ones({2, 2}, torch::kLong)));
}

TEST_CASE("--keep leaves the last, and what is not numbered or has no manifest") {
  const ScratchFolder folder;
  write_bytes(folder.file("checkpoint_0099.pth.tar"), "of another program");
  Saver saver(folder.path(), {.last = 2});
  const std::vector<std::string> names{"checkpoint_0007.pth.tar", "checkpoint_0003-000020.pth.tar",
                                       "checkpoint_0003-000040.pth.tar", "checkpoint_0003.pth.tar"};
  save_checkpoint(folder.file("checkpoint.pth.tar"), with_value(1));
  for (const auto& name : names) {
    saver.save(name, with_value(1), /*best=*/true);
    saver.finish();
  }
  for (const auto& name : {names[0], names[1]}) {
    CHECK(!exists(folder.file(name)));
    CHECK(!exists(manifest_of(folder.file(name))));
  }
  for (const auto& name :
       {names[2], names[3], std::string("model_best.pth.tar"), std::string("checkpoint.pth.tar")}) {
    CHECK(!find_fault(folder.file(name)));
  }
  CHECK(exists(folder.file("checkpoint_0099.pth.tar")));
}

TEST_CASE("--keep goes by where the run stood, not by the times of files") {
  const ScratchFolder folder;
  Saver saver(folder.path(), {.last = 2});
  const auto now = std::filesystem::file_time_type::clock::now();
  for (int epoch = 0; epoch < 3; ++epoch) {
    const auto name = message("checkpoint_000", epoch, ".pth.tar");
    saver.save(name, with_value(1));
    saver.finish();
    // The clock is set back by a day for each epoch.
    std::filesystem::last_write_time(folder.file(name), now - std::chrono::hours(24 * epoch));
  }
  CHECK(!exists(folder.file("checkpoint_0000.pth.tar")));
  CHECK(exists(folder.file("checkpoint_0001.pth.tar")));
  CHECK(exists(folder.file("checkpoint_0002.pth.tar")));
}

TEST_CASE("milestones stay beside the last, one for so many epochs") {
  const ScratchFolder folder;
  Saver saver(folder.path(), {.last = 2, .every = 4});
  CHECK(saver.to_come(0, 11) == 5);  // of epochs 4, 8, 10 and 11, and 9 until 11 is there
  for (const auto& name : numbered(0, 11)) {
    saver.save(name, with_value(1));
    saver.finish();
  }
  CHECK(names_in(folder) ==
        std::vector<std::string>{"checkpoint_0003.pth.tar", "checkpoint_0007.pth.tar",
                                 "checkpoint_0009.pth.tar", "checkpoint_0010.pth.tar"});
}

// A longer run has other milestones, and a folder may be of a time when all were kept.
TEST_CASE(
    "a run that goes on removes none that was there but the last ones, as they are outlived") {
  const ScratchFolder folder;
  for (const auto& name : numbered(0, 6)) save_checkpoint(folder.file(name), with_value(1));
  Saver saver(folder.path(), {.last = 1, .every = 5});
  CHECK(saver.to_come(6, 8) == 1);  // the last takes the place of epoch 6's
  for (const auto& name : numbered(6, 8)) {
    saver.save(name, with_value(1));
    saver.finish();
  }
  const std::vector<std::string> kept{"checkpoint_0000.pth.tar", "checkpoint_0001.pth.tar",
                                      "checkpoint_0002.pth.tar", "checkpoint_0003.pth.tar",
                                      "checkpoint_0004.pth.tar", "checkpoint_0007.pth.tar"};
  CHECK(names_in(folder) == kept);
}

TEST_CASE("a run that was killed before it could remove one leaves no more than another") {
  const ScratchFolder whole, killed;
  for (const auto& name : numbered(0, 3)) save_checkpoint(killed.file(name), with_value(1));
  for (const auto* folder : {&whole, &killed}) {
    const int64_t from = folder == &whole ? 0 : 3;
    Saver saver(folder->path(), {.last = 2});
    for (const auto& name : numbered(from, 5)) {
      saver.save(name, with_value(1));
      saver.finish();
    }
  }
  CHECK(names_in(killed) == names_in(whole));
  CHECK(names_in(whole).size() == 2);
}

TEST_CASE("the checkpoints to come of a run of 400 epochs are bounded, unless all stay") {
  const ScratchFolder folder;
  CHECK(Saver(folder.path(), {}).to_come(0, 400) == 400);
  CHECK(Saver(folder.path(), {.last = 3, .every = 40}).to_come(0, 400) == 13);
  CHECK(Saver(folder.path(), {.last = 3}).to_come(0, 400) == 4);
  CHECK(Saver(folder.path(), {.last = 3, .every = 40}).to_come(390, 400) == 4);
}

TEST_CASE("the name of a numbered checkpoint tells where the run stood") {
  CHECK(place_of("checkpoint_0003.pth.tar") == Place(4, 0));
  CHECK(place_of("checkpoint_0003-000120.pth.tar") == Place(3, 120));
  CHECK(place_of("checkpoint_12345-1234567.pth.tar") == Place(12345, 1234567));
  for (const char* other :
       {"checkpoint.pth.tar", "checkpoint_003.pth.tar", "model_best.pth.tar",
        "checkpoint_0003.pth.tar.tmp7", "checkpoint_9999999999999999.pth.tar"}) {
    CHECK_MESSAGE(!place_of(other), other);
  }
}

TEST_CASE("a save that fails is a warning; the checkpoint before stays whole, none is removed") {
  const ScratchFolder folder;
  Saver saver(folder.path(), {.last = 1});
  const auto first = folder.file("checkpoint_0000.pth.tar");
  const auto second = folder.file("checkpoint_0001.pth.tar");
  saver.save("checkpoint_0000.pth.tar", with_value(1));
  saver.finish();
  saver.take_events();
  {
    const FileSizeLimit limit(2000);
    saver.save("checkpoint_0001.pth.tar", with_value(2));
    const auto error = error_of([&] { saver.finish(); });
    REQUIRE(error);
    CHECK(error->code == Code::bad_output);
    CHECK(error->what() == "cannot write " + second + ": File too large");
  }
  CHECK(warnings(saver) ==
        std::vector{"no checkpoint was saved: cannot write " + second +
                    ": File too large; the last one, " + first + ", is intact; training goes on"});
  CHECK(saver.last() == first);
  CHECK(folder.files() == 2);
  CHECK(!find_fault(first));
  saver.save("checkpoint_0002.pth.tar", with_value(3));
  saver.finish();  // what failed before is over
  CHECK(folder.files() == 2);
  CHECK(saver.last() == folder.file("checkpoint_0002.pth.tar"));
}

TEST_CASE("a manifest finds every change of its file, and is one of sha256sum's") {
  const ScratchFolder folder;
  const auto path = folder.file("checkpoint.pth.tar");
  CHECK(find_fault(path) == "it has no manifest (" + path + ".sha256)");
  save_checkpoint(path, with_value(1));
  save_checkpoint(path, with_value(2));
  CHECK(!find_fault(path));
  CHECK(std::system(("cd " + folder.path() + " && sha256sum --quiet -c checkpoint.pth.tar.sha256")
                        .c_str()) == 0);
  auto bytes = read_bytes(path);
  bytes[bytes.size() / 2] ^= 1;
  write_bytes(path, bytes);
  CHECK(find_fault(path) == "its SHA-256 is not the one in " + path + ".sha256");
  std::filesystem::remove(path);
  CHECK(find_fault(path) == "it cannot be read: No such file or directory");
}

// The child dies at its n-th write to a file: whatever is then there must be one of the two.
TEST_CASE("killed at any moment of replacing a file, file and manifest belong together") {
  const ScratchFolder folder;
  const auto path = folder.file("checkpoint.pth.tar");
  save_checkpoint(path, with_value(1));
  int killed = 0;
  for (int microseconds = 200; microseconds < 20000; microseconds += 400) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0; i < 1000; ++i) save_checkpoint(path, with_value(2));
      _exit(0);
    }
    usleep(microseconds);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
    CHECK(!find_fault(path));
    const float value = saved_value(path);
    CHECK((value == 1 || value == 2));
  }
  CHECK(killed > 0);
}
