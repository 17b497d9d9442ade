// Text out of files, as messages show it.
#include "base/printable.h"

#include "check.h"

using namespace rdm;

TEST_CASE("what steers a terminal, turns text around or is no UTF-8 is shown as a question mark") {
  using namespace std::string_literals;
  CHECK(printable("") == "");
  CHECK(printable("layer1.0.conv1.weight, Größe, 模型, 🙂") ==
        "layer1.0.conv1.weight, Größe, 模型, 🙂");
  CHECK(printable("\x1b[2Jsafe\r\n\tyes\x7f\0"s) == "?[2Jsafe???yes??");
  CHECK(printable("\u0085\u009b2J") == "??2J");  // a line, and an escape, of one code
  CHECK(printable("a\u061c\u202e\u2066\u200f\u2028b") == "a?????b");  // directions, and a line
  CHECK(printable("\xff\xc0\x80z\xe2\x82") == "???z??");  // no beginning, too long, cut short
  CHECK(printable("\xc3(") == "?(");
}

TEST_CASE("long text is cut between its characters") {
  CHECK(shortened(std::string(300, 'x')) == std::string(300, 'x'));
  CHECK(shortened(std::string(301, 'x')) == std::string(300, 'x') + "…");
  CHECK(shortened(std::string(299, 'x') + "éé") == std::string(299, 'x') + "…");
}
