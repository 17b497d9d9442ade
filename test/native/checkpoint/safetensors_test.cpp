// safetensors files: as the golden ones' reader has them, and those that are none.
#include "checkpoint/safetensors.h"

#include <nlohmann/json.hpp>

#include "check.h"
#include "checkpoint_fixtures.h"
#include "tools/inspect.h"

using namespace rdm;
using namespace rdm::test;

namespace {

std::string with_header(const std::string& header, size_t bytes) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header +
         std::string(bytes, 'x');
}

std::string header_refusal(const std::string& contents) {
  const ScratchFolder folder;
  const auto path = folder.file("bad.safetensors");
  write_bytes(path, contents);
  const auto error = error_of([&] { read_safetensors_header(path); });
  if (!error) return "";
  CHECK(error->code == Code::bad_checkpoint);
  CHECK(contains(error->what(), "cannot load " + path + ": "));
  return error->what();
}

}  // namespace

TEST_CASE("a safetensors file says what it holds, aligned, element for element") {
  const ScratchFolder folder;
  const auto path = folder.file("out.safetensors");
  const auto conv = torch::arange(24, torch::kFloat).reshape({2, 3, 2, 2});
  save_safetensors(path,
                   {{"b", conv.contiguous(torch::MemoryFormat::ChannelsLast)},
                    {"a", torch::tensor(int64_t{7})},
                    {"none", torch::empty({0, 3}, torch::kBFloat16)}},
                   {{"format", "pt"}});
  const auto bytes = read_bytes(path);
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  CHECK(length % 8 == 0);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  CHECK(header["__metadata__"]["format"] == "pt");
  CHECK(header["b"]["dtype"] == "F32");
  CHECK(header["b"]["shape"] == std::vector{2, 3, 2, 2});
  CHECK(header["a"]["data_offsets"] == std::vector{96, 104});
  CHECK(header["none"]["dtype"] == "BF16");
  CHECK(std::memcmp(bytes.data() + 8 + length, conv.const_data_ptr(), 96) == 0);
  CHECK(bytes.size() == 8 + length + 104);

  const auto read = read_safetensors_header(path);
  REQUIRE(read);
  REQUIRE(read->tensors.size() == 3);
  CHECK(read->tensors[0].name == "b");  // in the order of the elements
  CHECK(read->tensors[2].shape == std::vector<int64_t>{0, 3});
  const auto info = inspect_checkpoint(path);
  CHECK(*info.find("format") == Plain("safetensors"));
  CHECK(*info.find("parameters") == Plain(int64_t{25}));
  CHECK(*info.find("safe") == Plain(true));
}

TEST_CASE("files that only begin as safetensors are refused with the reason") {
  CHECK(!read_safetensors_header(fixture("simsiam.pth")));
  CHECK(!read_safetensors_header(fixture("simsiam.legacy.pth")));
  CHECK(contains(header_refusal(with_header("{\"a\":", 0)), "parse error"));
  CHECK(contains(header_refusal(with_header("{}", 0).substr(0, 9)), "cut short"));
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return with_header("{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
                           ",\"data_offsets\":" + offsets + "}}",
                       8);
  };
  CHECK(header_refusal(entry("F32", "[2]", "[0,8]")).empty());
  CHECK(contains(header_refusal(entry("F32", "[3]", "[0,12]")),
                 "the elements of w are not all there"));
  CHECK(contains(header_refusal(entry("F32", "[2]", "[8,0]")),
                 "the elements of w are not all there"));
  CHECK(contains(header_refusal(entry("F32", "[1]", "[0,8]")),
                 "the elements of w are not all there"));
  CHECK(contains(header_refusal(entry("F99", "[2]", "[0,8]")), "unknown type F99"));
  CHECK(contains(header_refusal(entry("F32", "[-2]", "[0,8]")), "w has an impossible shape"));
  CHECK(contains(header_refusal(entry("F32", "[9223372036854775807,4]", "[0,8]")),
                 "impossible shape"));
}

TEST_CASE("the elements of a safetensors file's tensors fill it, each belonging to one") {
  const auto two = [](const std::string& first, const std::string& second, size_t bytes) {
    const auto entry = [](const std::string& name, const std::string& offsets) {
      return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" + offsets + "}";
    };
    return header_refusal(
        with_header("{" + entry("a", first) + "," + entry("b", second) + "}", bytes));
  };
  CHECK(two("[4,8]", "[0,4]", 8).empty());
  CHECK(contains(two("[0,4]", "[0,4]", 8), "the elements of b overlap another's"));
  CHECK(
      contains(two("[0,4]", "[6,10]", 10), "2 bytes before the elements of b belong to no tensor"));
  CHECK(contains(two("[0,4]", "[4,8]", 11), "its last 3 bytes belong to no tensor"));
}

TEST_CASE("a header that is not of the safetensors format is refused by the entry at fault") {
  const auto with = [](const std::string& header) {
    return header_refusal(with_header(header, 4));
  };
  const std::string good = R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  CHECK(with(R"({"w":)" + good + "}").empty());
  CHECK(contains(with(R"({"w":)" + good + R"(,"w":)" + good + "}"), "it names w twice"));
  for (const std::string entry :
       {"1", "[]", R"("x")", R"({"dtype":"U8","shape":[4]})", R"({"dtype":"U8","dtype":"U8"})",
        R"({"dtype":{}})", R"({"shape":[[4]]})", R"({"shape":[4.5]})", R"({"shape":["4"]})",
        R"({"shape":[18446744073709551615]})", R"({"data_offsets":[0,2,4]})",
        R"({"data_offsets":[-4,0]})", R"({"stride":[1]})", R"({"dtype":null})"}) {
    const auto said = with(R"({"w":)" + entry + "}");
    CHECK_MESSAGE(contains(said, "the header's entry w is not of the safetensors format"),
                  entry << ": " << said);
  }
  CHECK(contains(with(R"({"__metadata__":{"a":1}})"), "entry __metadata__ is not of the"));
  CHECK(contains(with("{\"w\\u001b[2J\":1}"), "entry w?[2J is not of the"));
}

TEST_CASE("a safetensors header has limits, which its header_refusal names") {
  const auto many = [](const std::string& name, const std::string& value, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) {
      out += (i ? ",\"" : "\"") + name + std::to_string(i) + "\":" + value;
    }
    return out;
  };
  const std::string empty = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  CHECK(header_refusal(with_header("{" + many("a", empty, 65'536) + "}", 0)).empty());
  CHECK(contains(header_refusal(with_header("{" + many("a", empty, 65'537) + "}", 0)),
                 "it has over 65536 tensors"));
  CHECK(contains(
      header_refusal(with_header("{\"__metadata__\":{" + many("a", "\"\"", 65'537) + "}}", 0)),
      "it has over 65536 texts of metadata"));
  std::string shape = "1";
  for (int i = 0; i < 64; ++i) shape += ",1";
  CHECK(contains(header_refusal(with_header("{\"w\":{\"shape\":[" + shape + "]}}", 1)),
                 "w has over 64 dimensions"));
  CHECK(contains(header_refusal(with_header("{" + std::string(20'000'000, ' ') + "}", 0)),
                 "its header has 20000002 bytes, over the limit of 16777216"));
}
