#include "codec/result_schema.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support.hpp"

namespace pelton::codec {
namespace {

std::string schema_text(model::OutputSpec output, std::vector<model::Label> classes = {}) {
  model::Schema schema = numbered(2);
  schema.classes = std::move(classes);
  schema.outputs[static_cast<std::size_t>(model::Method::predict)] = std::move(output);
  core::TextBuffer out;
  append_result_schema(out, schema, model::Method::predict);
  return std::string(out.view());
}

TEST(ResultSchema, TellsValuesOfEachType) {
  EXPECT_EQ(schema_text({.name = "y"}), R"({"type":["number","null"]})");
  EXPECT_EQ(schema_text({.name = "y", .type = model::ElementType::int64}), R"({"type":["integer","null"]})");
  EXPECT_EQ(schema_text({.name = "y", .type = model::ElementType::boolean}), R"({"type":"boolean"})");
}

TEST(ResultSchema, ListsLabels) {
  EXPECT_EQ(schema_text({.name = "y", .labelled = true}, {std::string("a\"b"), std::string("c")}),
            R"({"enum":["a\"b","c",null]})");
  EXPECT_EQ(schema_text({.name = "y", .labelled = true}, {std::int64_t{-1}, std::int64_t{2}}),
            R"({"enum":[-1,2,null]})");
}

TEST(ResultSchema, TellsListsAndListsOfLists) {
  EXPECT_EQ(schema_text({.name = "y", .width = 1, .scalar = false}),
            R"({"type":"array","minItems":1,"maxItems":1,"items":{"type":["number","null"]}})");
  EXPECT_EQ(schema_text({.name = "y", .width = 6, .scalar = false, .shape = {2, 3}}),
            R"({"type":"array","minItems":2,"maxItems":2,"items":)"
            R"({"type":"array","minItems":3,"maxItems":3,"items":{"type":["number","null"]}}})");
}

}  // namespace
}  // namespace pelton::codec
