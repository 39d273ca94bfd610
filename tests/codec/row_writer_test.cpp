#include "codec/row_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "math/row_buffer.hpp"
#include "support.hpp"

namespace pelton::codec {
namespace {

std::string listed(const model::Schema& schema, const double* row) {
  core::TextBuffer out;
  append_listed_row(out, schema, row);
  return std::string(out.view());
}

TEST(RowWriter, WritesEachTypeAsARequestTellsIt) {
  const model::Schema schema =
      schema_of({{.name = "a \"q\""},
                 {.name = "b", .type = model::ElementType::float32, .takes_missing = true},
                 {.name = "c", .type = model::ElementType::int64},
                 {.name = "d", .type = model::ElementType::boolean},
                 {.name = "e", .categories = model::make_categories({"red", "green"}, false)}});
  const double row[] = {2, 0.1F, -7, 1, 1};
  EXPECT_EQ(listed(schema, row), R"([2.0,0.1,-7,true,"green"])");
  const double other[] = {-0.5, std::nan(""), 9007199254740992, 0, 5};
  EXPECT_EQ(listed(schema, other), R"([-0.5,null,9007199254740992,false,5.0])") << "no category has the number 5";
  core::TextBuffer named;
  append_named_row(named, schema, row);
  EXPECT_EQ(named.view(), R"({"a \"q\"":2.0,"b":0.1,"c":-7,"d":true,"e":"green"})");
}

TEST(RowWriter, WritesTexts) {
  const model::Schema schema = schema_of({{.name = "a", .type = model::ElementType::string},
                                          {.name = "b", .type = model::ElementType::string, .takes_missing = true}});
  math::RowBuffer rows(2);
  double* const row = rows.append_row();
  row[0] = rows.put_text("ä\"\n");
  row[1] = rows.put_text("");
  EXPECT_EQ(listed(schema, row), R"(["ä\"\n",null])");
  row[0] = 0;
  EXPECT_EQ(listed(schema, row), R"(["",null])");
}

}  // namespace
}  // namespace pelton::codec
