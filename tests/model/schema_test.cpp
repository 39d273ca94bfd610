#include "model/schema.hpp"

#include <gtest/gtest.h>

namespace pelton::model {
namespace {

TEST(Method, IsParsedFromItsName) {
  for (const Method method : kAllMethods) EXPECT_EQ(parse_method(to_string(method)), method);
  EXPECT_FALSE(parse_method("Predict"));
  EXPECT_FALSE(parse_method(""));
}

TEST(Schema, IsNamedWhereItsFeaturesAre) {
  Schema schema;
  EXPECT_FALSE(schema.named());
  schema.features.push_back({.name = ""});
  EXPECT_FALSE(schema.named());
  schema.features.front().name = "a";
  EXPECT_TRUE(schema.named());
}

}  // namespace
}  // namespace pelton::model
