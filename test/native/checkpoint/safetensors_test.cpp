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

std::string refusal(const std::string& contents) {
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
  CHECK(contains(refusal(with_header("{\"a\":", 0)), "parse error"));
  CHECK(contains(refusal(with_header("{}", 0).substr(0, 9)), "cut short"));
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return with_header("{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
                           ",\"data_offsets\":" + offsets + "}}",
                       8);
  };
  CHECK(refusal(entry("F32", "[2]", "[0,8]")).empty());
  CHECK(contains(refusal(entry("F32", "[3]", "[0,12]")), "the elements of w are not all there"));
  CHECK(contains(refusal(entry("F32", "[2]", "[8,0]")), "the elements of w are not all there"));
  CHECK(contains(refusal(entry("F32", "[1]", "[0,8]")), "the elements of w are not all there"));
  CHECK(contains(refusal(entry("F99", "[2]", "[0,8]")), "unknown type F99"));
  CHECK(contains(refusal(entry("F32", "[-2]", "[0,8]")), "w has an impossible shape"));
  CHECK(contains(refusal(entry("F32", "[9223372036854775807,4]", "[0,8]")), "impossible shape"));
}
