#include "formats/onnx/feature_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pelton::formats::onnx {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParseNameList, ReadsJsonAndPythonLists) {
  EXPECT_THAT(*parse_name_list(R"(["a", "b c"])"), ElementsAre("a", "b c"));
  EXPECT_THAT(*parse_name_list(" [ 'a' ,\n'it\\'s' ] "), ElementsAre("a", "it's"));
  EXPECT_THAT(*parse_name_list(R"(["\u00fc\n\"", "\ud83d\ude00"])"), ElementsAre("ü\n\"", "😀"));
  EXPECT_THAT(*parse_name_list("[]"), IsEmpty());
}

TEST(ParseNameList, RefusesAnythingElse) {
  for (const char* text : {"", "a,b", "[", "[\"a\"", "[\"a\",]", "[\"a\" \"b\"]", "[1]", "[\"a]", "[\"\\x\"]",
                           "[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\u12\"]", "[\"a\"] x", "[\"\xFF\"]", "[\"a\nb\"]"}) {
    EXPECT_FALSE(parse_name_list(text)) << text;
  }
}

TEST(FormatNameList, IsReadBack) {
  const std::vector<std::string> names{"plain", "with \"quotes\"", "ü", ""};
  EXPECT_EQ(*parse_name_list(format_name_list(names)), names);
}

}  // namespace
}  // namespace pelton::formats::onnx
