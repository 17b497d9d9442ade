// The tar reader: what it takes, and everything that it refuses, by name and offset.
#include <doctest/doctest.h>

#include <fstream>
#include <vector>

#include "data/scratch.h"
#include "data/shards/tar_reader.h"
#include "data/tars.h"

using namespace rdm;
using namespace rdm::test;

namespace {

struct Archive {
  Scratch scratch;
  std::string path = (scratch.path / "x.tar").string();

  // "NAME OFFSET SIZE" of each member, or what the reader complains of without the path.
  std::vector<std::string> read(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
    const InputFile file(path);
    std::vector<std::string> out;
    try {
      TarReader reader(file, path);
      for (TarMember member; reader.next(member);) {
        out.push_back(message(member.name, " ", member.offset, " ", member.size));
      }
      return out;
    } catch (const Error& error) {
      CHECK(error.code == Code::bad_data);
      const std::string what = error.what();
      REQUIRE(what.starts_with(path + ", at byte "));
      return {what.substr(path.size() + 10)};
    }
  }

  std::string complaint(const std::string& bytes) const {
    const auto out = read(bytes);
    REQUIRE(out.size() == 1);
    return out[0];
  }
};

using Members = std::vector<std::string>;

}  // namespace

TEST_CASE("ustar, GNU's and pax's names and sizes are read") {
  const Archive archive;
  CHECK(archive.read(tar_file("a.jpg", "xyz") + tar_header({"./", 0, '5'}) +
                     tar_file("./deep/b.jpg", std::string(513, 'x')) + kTarEnd) ==
        Members{"a.jpg 512 3", "deep/b.jpg 2048 513"});
  CHECK(archive.read(tar_header({"b.jpg", 0, '0', std::string("ustar\00000", 8), "long/prefix"}) +
                     kTarEnd + std::string(8192, '\0')) == Members{"long/prefix/b.jpg 512 0"});

  const std::string name = std::string(150, 'n') + "/caf\u00e9.jpg";
  const std::string gnu("ustar  \0", 8);
  CHECK(
      archive.read(tar_header({"././@LongLink", static_cast<int64_t>(name.size()) + 1, 'L', gnu}) +
                   tar_padded(name) + tar_header({name, 2, '0', gnu}) + tar_padded("ab") +
                   kTarEnd) == Members{name + " 1536 2"});
  const auto pax = pax_record("mtime", "1.5") + pax_record("path", name) + pax_record("size", "4");
  CHECK(archive.read(tar_file("global", pax_record("comment", "hi"), 'g') +
                     tar_file("PaxHeader", pax, 'x') + tar_header({"short", 0}) +
                     tar_padded("abcd") + tar_file("b", "") + kTarEnd) ==
        Members{name + " 2560 4", "b 3584 0"});
}

TEST_CASE("an archive that is cut off anywhere is refused with the offset") {
  const Archive archive;
  const auto whole = tar_file("a.jpg", std::string(600, 'x')) + kTarEnd;
  CHECK(archive.complaint("") == "0: an empty file, not a tar archive");
  for (size_t length = 1; length < whole.size(); ++length) {
    CAPTURE(length);
    const auto complaint = archive.complaint(whole.substr(0, length));
    CHECK(complaint.find("the archive is cut off") != std::string::npos);
  }
  CHECK(archive.complaint(whole.substr(0, 1000)) ==
        "0: the archive is cut off: a.jpg has 600 bytes, and 488 follow");
  CHECK(archive.complaint(whole.substr(0, 1536)) ==
        "1536: the archive is cut off: there is no end mark");
  CHECK(archive.complaint(whole + tar_file("b.jpg", "") + kTarEnd) ==
        "2560: more behind the end of the archive");
}

TEST_CASE("whatever else a tar archive may hold is refused by its name") {
  const Archive archive;
  const auto of_type = [&](char type) {
    return archive.complaint(tar_file("a.jpg", "x") + tar_file("b", "", type) + kTarEnd);
  };
  CHECK(of_type('1') == "1024: a hard link, not a file: b");
  CHECK(of_type('2') == "1024: a symbolic link, not a file: b");
  CHECK(of_type('3') == "1024: a device, not a file: b");
  CHECK(of_type('6') == "1024: a pipe, not a file: b");
  CHECK(of_type('S') == "1024: a sparse file, not a file: b");
  CHECK(of_type('K') == "1024: a link with a long name, not a file: b");
  CHECK(of_type('Z') == "1024: a member of the unknown type `Z`, not a file: b");
  CHECK(archive.complaint(tar_file("p", pax_record("GNU.sparse.major", "1"), 'x') +
                          tar_file("a", "") + kTarEnd) == "0: a sparse file");

  CHECK(archive.complaint("\x1F\x8B\x08" + std::string(600, 'x')) ==
        "0: compressed by gzip, where images are read by their position");
  CHECK(archive.complaint("\x28\xB5\x2F\xFD" + std::string(600, 'x')) ==
        "0: compressed by zstd, where images are read by their position");
  CHECK(archive.complaint("Salted__" + std::string(600, 'x')) ==
        "0: encrypted by openssl, where images are read by their position");
  CHECK(archive.complaint("age-encryption.org/v1\n" + std::string(600, 'x')) ==
        "0: encrypted by age, where images are read by their position");
  CHECK(archive.complaint(std::string(600, 'x')) == "0: no header of a tar archive (ustar)");

  auto damaged = tar_file("a.jpg", "x") + tar_file("b.jpg", "x") + kTarEnd;
  damaged[1024] = 'c';
  CHECK(archive.complaint(damaged) ==
        "1024: the checksum of a header does not match: the archive is damaged");
}

TEST_CASE("names that cannot be shown, and records that are wrong, are refused") {
  const Archive archive;
  const auto named = [&](const std::string& name) {
    return archive.complaint(tar_file(name, "") + kTarEnd);
  };
  const std::string unfit =
      "0: a name that is not UTF-8, has control characters, or not 1 to 4096 bytes: ";
  CHECK(named("a\x1B[2J.jpg") == unfit + "a?[2J.jpg");
  CHECK(named("caf\xE9.jpg") == unfit + "caf?.jpg");
  CHECK(named("") == unfit);
  CHECK(named("/a.jpg") == "0: a name that leaves the archive: /a.jpg");
  CHECK(named("a/../../b.jpg") == "0: a name that leaves the archive: a/../../b.jpg");

  const auto with_pax = [&](const std::string& records, char type = 'x') {
    return archive.complaint(tar_file("p", records, type) + tar_file("a", "") + kTarEnd);
  };
  CHECK(with_pax("path=a\n") == "0: a pax header without a length");
  CHECK(with_pax("99 path=a\n") == "0: a pax header with a wrong length");
  CHECK(with_pax("6 path\n") == "0: a pax header with a wrong length");
  CHECK(with_pax("7 path\n") == "0: a pax header without a value");
  CHECK(with_pax(pax_record("size", "-1")) == "0: a pax header with a wrong size");
  CHECK(with_pax(pax_record("size", "9999999999999999999")) == "0: a pax header with a wrong size");
  CHECK(with_pax(pax_record("path", "a") + pax_record("path", "b")) ==
        "0: a pax header with two values of path");
  CHECK(with_pax(pax_record("path", "a"), 'g') == "0: a pax header that names every member");
  CHECK(archive.complaint(tar_file("p", pax_record("path", "b"), 'x') + tar_file("l", "c", 'L') +
                          tar_file("a", "") + kTarEnd) ==
        "1024: a member with several names or sizes");
  CHECK(archive.complaint(tar_file("p", pax_record("path", "b"), 'x') + kTarEnd) ==
        "1024: a name or a size without a member");
}
