// The scan for imports over what Python's pickle wrote, and over headers of safetensors files.
#include "pickle/import_scan.h"

#include <sstream>

#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"

using namespace rdm;
using namespace rdm::test;
using namespace std::string_literals;

namespace {

bool may_import(const std::string& bytes) {
  std::istringstream in(bytes);
  return pickle::may_import(in);
}

const std::string kCall = "cos\nsystem\n(X\4\0\0\0truetR."s;

}  // namespace

TEST_CASE("a scan passes over a pickle of each protocol to the import behind it") {
  for (int protocol = 0; protocol <= 5; ++protocol) {
    CAPTURE(protocol);
    const auto plain = read_bytes(fixture(message("plain.", protocol, ".pkl")));
    CHECK(!may_import(plain));
    CHECK(may_import(plain + kCall));
  }
}

TEST_CASE("each opcode that imports is found, behind a text, a number or a line of any length") {
  for (const auto& import : {"cos\nsystem\n"s, "(ios\nsystem\n"s, "\x8c\2os\x8c\6system\x93"s,
                             "\x82\1"s, "\x83\1\0"s, "\x84\1\0\0\0"s}) {
    for (const auto& before :
         {""s, "X\5\0\0\0cos\n."s, "T\3\0\0\0...0"s, "\x8d\1\0\0\0\0\0\0\0?"s, "V...\n"s, "I1\n"s,
          "\x8a\2\0\1"s, "\x8b\1\0\0\0\1"s, "G........"s, "\x95........"s, "N.N."s}) {
      CHECK(may_import(before + import));
    }
  }
}

TEST_CASE(
    "what is no opcode, a text behind the end and a module with a quotation mark end a scan") {
  CHECK(!may_import(""));
  CHECK(!may_import("\0"s + kCall));
  CHECK(!may_import("{"s + kCall));
  CHECK(!may_import("X\xff\xff\xff\x7f"s + kCall));
  CHECK(!may_import("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"s + kCall));
  CHECK(!may_import("conv1.weight\":{\"dtype\":\"F32\"\nsystem\n"));
}
