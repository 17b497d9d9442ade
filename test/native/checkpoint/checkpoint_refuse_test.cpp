// Files that are no checkpoints, or would be more than one.
#include <random>

#include "check.h"
#include "checkpoint/archive.h"
#include "checkpoint_fixtures.h"

using namespace rdm;
using namespace rdm::test;
using namespace std::string_literals;

namespace {

void load_everything(const std::string& path) {
  Archive archive(path);
  const auto* state = archive.root().find("state_dict");
  archive.tensors(state ? *state : archive.root());
}

std::string refusal(const std::string& path) {
  const auto error = error_of([&] { load_everything(path); });
  if (!error) return "";
  CHECK(error->code == Code::bad_checkpoint);
  return error->what();
}

constexpr const char* kFiles[] = {"simsiam.pth", "simsiam.legacy.pth", "tensors.pth",
                                  "tensors.legacy.pth"};

// A legacy file around a pickle, with storages "0" of the given numbers of float elements.
std::string legacy_file(const std::string& pickle, int64_t numel = 4) {
  const auto head = read_bytes(fixture("hostile.legacy.pth"));
  std::string out = head.substr(0, head.find("}q\0X\x0a\0\0\0state_dict"s) - 2);
  out += pickle +
         "\x80\x02]X\1\0\0\0"
         "0a."s;
  out.append(reinterpret_cast<const char*>(&numel), sizeof numel);
  return out + std::string(16, '\0');
}

std::string integer(int64_t value) {
  return "\x8a\x08" + std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

// {"w": a tensor over a float storage of four elements}
std::string tensor_pickle(int64_t numel, int64_t offset, int64_t size, int64_t stride) {
  return "\x80\x02}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(("
         "X\7\0\0\0storagectorch\nFloatStorage"
         "\nX\1\0\0\0"
         "0X\3\0\0\0cpu"s +
         integer(numel) + "NtQ" + integer(offset) + "(" + integer(size) + "t(" + integer(stride) +
         "t\x89}tRs.";
}

}  // namespace

TEST_CASE("a pickle that would run a command is refused by the name of what it calls") {
  for (const std::string file : {"hostile.pth", "hostile.legacy.pth"}) {
    const auto error = error_of([&] { Archive archive(fixture(file)); });
    REQUIRE(error);
    CHECK(error->code == Code::bad_checkpoint);
    CHECK(error->what() == "cannot load " + fixture(file) + ": refuses the global posix.system");
    CHECK(contains(error->hint, "Nothing in the file was run"));
  }
  CHECK(!std::filesystem::exists("rdm-was-here"));
}

TEST_CASE("foreign files are told from checkpoints") {
  const ScratchFolder folder;
  const auto said = [&](const std::string& name, std::string_view bytes) {
    write_bytes(folder.file(name), bytes);
    return refusal(folder.file(name));
  };
  CHECK(contains(said("empty.pth", ""), "empty.pth is empty"));
  CHECK(contains(said("photo.jpg", "\xff\xd8\xff\xe0\0\x10JFIF\0"s), "not a file of torch.save"));
  CHECK(contains(said("text.pth", "hello"), "not a file of torch.save"));
  CHECK(contains(said("pk.pth", "PK\3\4"), "the zip is cut short"));
  CHECK(contains(refusal(folder.path()), "is not a file"));
  CHECK(
      contains(refusal(folder.file("none.pth")), "no such checkpoint: " + folder.file("none.pth")));
  CHECK(contains(refusal("/dev/null"), "is not a file"));
}

TEST_CASE("a zip that torch.save did not write is no checkpoint") {
  const ScratchFolder folder;
  // What `zip` makes of one stored, empty file "x/a" (local header, central directory, end record).
  const std::string common("\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0", 26);
  const std::string local = "PK\3\4" + common + "x/a";
  const std::string central = "PK\1\2\x14\0"s + common + std::string(14, '\0') + "x/a";
  const std::string end = "PK\5\6\0\0\0\0\1\0\1\0"s + "\x31\0\0\0"s + "\x21\0\0\0"s + "\0\0"s;
  write_bytes(folder.file("other.zip"), local + central + end);
  CHECK(contains(refusal(folder.file("other.zip")), "other.zip: it has no data.pkl"));
}

TEST_CASE("a file cut short anywhere is an error, never a crash or half a state") {
  const ScratchFolder folder;
  for (const std::string file : kFiles) {
    const auto whole = read_bytes(fixture(file));
    for (size_t size = 1; size < whole.size(); size += 41) {
      CAPTURE(file);
      CAPTURE(size);
      write_bytes(folder.file("cut.pth"), std::string_view(whole).substr(0, size));
      CHECK(contains(refusal(folder.file("cut.pth")), "cut.pth"));
    }
  }
}

TEST_CASE("a file with bytes changed loads or is an error") {
  const ScratchFolder folder;
  std::minstd_rand random(1);
  int refused = 0;
  for (const std::string file : kFiles) {
    const auto whole = read_bytes(fixture(file));
    for (int trial = 0; trial < 300; ++trial) {
      auto changed = whole;
      for (int i = 0; i < 3; ++i) changed[random() % changed.size()] = static_cast<char>(random());
      write_bytes(folder.file("changed.pth"), changed);
      if (!refusal(folder.file("changed.pth")).empty()) ++refused;
    }
  }
  CHECK(refused > 100);
}

TEST_CASE("no tensor reaches outside its storage or claims more than it holds") {
  const ScratchFolder folder;
  const auto said = [&](const std::string& pickle, int64_t numel = 4) {
    write_bytes(folder.file("t.pth"), legacy_file(pickle, numel));
    return refusal(folder.file("t.pth"));
  };
  CHECK(said(tensor_pickle(4, 0, 4, 1)) == "");
  CHECK(said(tensor_pickle(4, 1, 2, 2)) == "");
  CHECK(said(tensor_pickle(4, 4, 0, 1)) == "");
  constexpr int64_t kHuge = int64_t{1} << 62;
  for (const auto& [offset, size, stride] : {std::array<int64_t, 3>{1, 4, 1},
                                             {0, 5, 1},
                                             {0, 4, 2},
                                             {4, 1, 1},
                                             {5, 0, 1},
                                             {0, 5, 0},
                                             {0, kHuge, 0},
                                             {0, 2, kHuge},
                                             {0, kHuge, kHuge},
                                             {2, 3, std::numeric_limits<int64_t>::max()},
                                             {kHuge, 1, 1},
                                             {-1, 1, 1},
                                             {0, -1, 1},
                                             {3, 2, -1}}) {
    CAPTURE(offset);
    CAPTURE(size);
    CAPTURE(stride);
    const auto reason = said(tensor_pickle(4, offset, size, stride));
    CHECK((contains(reason, "outside its storage") || contains(reason, "badly described")));
  }
  CHECK(contains(said(tensor_pickle(5, 0, 4, 1)), "storage 0 has 4 elements, not 5"));
  CHECK(contains(said(tensor_pickle(kHuge, 0, 4, 1), kHuge), "names a bad storage"));
  CHECK(contains(said(tensor_pickle(int64_t{1} << 31, 0, 4, 1), int64_t{1} << 31), "cut short"));
}
