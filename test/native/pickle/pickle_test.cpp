// The pickle reader against what Python's pickle wrote, and against what no pickle writes.
#include "pickle/pickle.h"

#include <cmath>
#include <limits>

#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"

using namespace rdm;
using namespace rdm::test;
using namespace std::string_literals;

namespace {

pickle::Document parse(std::string_view input) {
  return pickle::parse(input, [](std::string_view name) {
    return name == "collections.OrderedDict" || name == "safe.Thing";
  });
}

std::string reason(std::string_view input) {
  try {
    parse(input);
    return "";
  } catch (const pickle::Malformed& malformed) {
    return malformed.what();
  }
}

std::optional<Plain> unfolded(std::string_view input) {
  const auto document = parse(input);
  size_t budget = 1 << 20;
  return pickle::to_plain(*document.root, budget);
}

Plain plain(std::string_view input) {
  return unfolded(input).value();
}

}  // namespace

TEST_CASE("a plain object reads the same from every protocol") {
  const Plain expected = Plain::Dict{
      {"none", Plain()},
      {"flags", Plain::List{true, false}},
      {"text", "é\n'\\"},
      {"float", 0.1},
      {"integers",
       Plain::List{int64_t{0}, int64_t{-1}, int64_t{255}, int64_t{65536}, -(int64_t{1} << 31),
                   int64_t{1} << 40, std::numeric_limits<int64_t>::min()}},
      {"pair", Plain::List{int64_t{1}, "two"}},
      {"nested", Plain::Dict{{"list", Plain::List{Plain::List{}, Plain::List{int64_t{1}}}}}},
  };
  for (int protocol = 0; protocol <= 5; ++protocol) {
    CAPTURE(protocol);
    CHECK(plain(read_bytes(fixture(message("plain.", protocol, ".pkl")))) == expected);
  }
}

TEST_CASE("Python 2's pickles read: text opcodes, str, long and OrderedDict with its pairs") {
  const Plain expected = Plain::Dict{{"a", Plain::List{int64_t{1}, 2.5}}, {"b'\n\xff", int64_t{3}}};
  CHECK(plain("(dp0\nS'a'\np1\n(lp2\nI1\naF2.5\nasS\"b'\\n\\xff\"\np3\nL3L\ns.") == expected);
  CHECK(plain("ccollections\nOrderedDict\n((lp0\n(lp1\nS'x'\naI7\naatR.") ==
        Plain(Plain::Dict{{"x", int64_t{7}}}));
}

TEST_CASE("a reader learns where a pickle ends, and finds what it named") {
  const auto two = "\x80\x02K\x05.rest"s;
  CHECK(parse(two).bytes == 5);
  const auto document = parse("csafe\nThing\n(I1\nI2\ntR}(X\1\0\0\0kK\3ub."s);
  const auto* arguments = document.root->call_of("safe.Thing");
  REQUIRE(arguments);
  CHECK(arguments->size() == 2);
  CHECK(*document.root->get_if<pickle::Object>()->state->find("k")->get_if<int64_t>() == 3);
  CHECK(document.root->call_of("another.Thing") == nullptr);
}

TEST_CASE("a global outside the closed list is refused by its full name, however it is spelled") {
  CHECK(reason("cposix\nsystem\n(S'true'\ntR.") == "refuses the global posix.system");
  CHECK(reason("\x80\x04\x8c\x08"
               "builtins\x8c\x04"
               "eval\x93.") == "refuses the global builtins.eval");
  CHECK(contains(reason("(S'true'\niposix\nsystem\n."), "opcode 105"));  // INST
  CHECK(contains(reason("\x82\x01."), "opcode 130"));                    // EXT1
}

TEST_CASE("malformed pickles say why") {
  CHECK(contains(reason(""), "byte 0: it is cut short"));
  CHECK(contains(reason("\x80\x02"), "cut short"));
  CHECK(contains(reason("\x80\x06N."), "protocol is newer than 5"));
  CHECK(contains(reason("X\xff\xff\xff\xffhello"), "cut short"));
  CHECK(contains(reason("\x8d\xff\xff\xff\xff\xff\xff\xff\xffhello"), "cut short"));
  CHECK(contains(reason("."), "stack is empty"));
  CHECK(contains(reason("(."), "stack is empty"));
  CHECK(contains(reason("(K\1\x86."), "stack is empty"));  // a tuple may not reach below a mark
  CHECK(contains(reason("Nt."), "no mark"));
  CHECK(contains(reason("h\x07."), "recalls value 7"));
  CHECK(contains(reason("NNa."), "not a list"));
  CHECK(contains(reason("](NNu."), "not a dictionary"));
  CHECK(contains(reason("}(Nu."), "key without a value"));
  CHECK(contains(reason("NNR."), "calls something that is not a global"));
  CHECK(contains(reason("NNb."), "not an object"));
  CHECK(contains(reason("Ix\n."), "bad number"));
  CHECK(contains(reason("F1.5x\n."), "bad number"));
  CHECK(contains(reason("F\n."), "bad number"));
  CHECK(contains(reason("L99999999999999999999L\n."), "bad number"));
  CHECK(contains(reason("S'a\n."), "badly escaped"));
  CHECK(contains(reason("S'\\xg1'\n."), "badly escaped"));
}

TEST_CASE("depth, sharing and cycles cost neither the stack nor the memory") {
  std::string deep(3'000'000, ']');
  for (int i = 0; i < 999'000; ++i) deep += 'a';
  CHECK(unfolded(deep + '.') == std::nullopt);

  CHECK(contains(reason(std::string(5'000'000, 'N')), "four million"));
  CHECK(contains(reason(std::string(5'000'000, '2').insert(0, "N")), "four million"));

  std::string laughs = "](NNNNNNNNNNe";  // each list holds the last one ten times
  for (int level = 0; level < 12; ++level) laughs = laughs + "q\1](h\1h\1h\1h\1h\1h\1h\1h\1h\1h\1e";
  CHECK_THROWS_WITH_AS(unfolded(laughs + "."), "its lists unfold to far more than the file holds",
                       pickle::Malformed);

  CHECK(unfolded("]q\1h\1a.") == std::nullopt);  // a list in itself

  std::string copies = "](";  // OrderedDict(list of pairs), made from one list many times
  for (int i = 0; i < 50'000; ++i) copies += "NN\x86";
  copies += "eq\1";
  for (int i = 0; i < 1000; ++i) copies += "ccollections\nOrderedDict\nh\1\x85R";
  CHECK(contains(reason(copies + "."), "four million"));
}

TEST_CASE("only plain data becomes plain") {
  CHECK(unfolded("csafe\nThing\n.") == std::nullopt);
  CHECK(unfolded("}(K\1K\2u.") == std::nullopt);  // a key that is no text
  CHECK(unfolded("C\1x.") == std::nullopt);       // bytes
  CHECK(std::isnan(*plain("G\x7f\xf8\0\0\0\0\0\0."s).get_if<double>()));
}

TEST_CASE("escaped strings read as Python reads them") {
  CHECK(plain("S'\\160osix\\n\\q\\a\\41\\x41'\n.") == Plain("posix\n\\q\a!A"));
  CHECK(plain("V\\\\u0041\\u0041\\x\n.") == Plain("\\\\u0041A\\x"));
  CHECK(contains(reason("V\\U00110000\n."), "badly escaped"));
  CHECK(contains(reason("S'\\x4'\n."), "badly escaped"));
}

TEST_CASE("a name too long for a global is refused, once it is asked for") {
  const std::string name(300, 'x');
  CHECK(contains(reason("cos\n" + name + "\n."), "refuses the global os.xxx"));
}
