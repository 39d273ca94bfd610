#include "codec/golden_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pieced_text.hpp"
#include "support.hpp"

namespace pelton::codec {
namespace {

using model::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::Schema classifier() {
  model::Schema schema = named({"a", "b"});
  schema.classes = {std::string("no"), std::string("yes")};
  schema.outputs[static_cast<std::size_t>(Method::predict)] =
      model::OutputSpec{.name = "predict", .type = model::ElementType::string, .labelled = true};
  schema.outputs[static_cast<std::size_t>(Method::predict_proba)] =
      model::OutputSpec{.name = "predict_proba", .width = 2, .scalar = false};
  return schema;
}

struct Golden {
  std::vector<double> values;
  std::vector<std::string> expected;  ///< `line method: text|number …`
  std::string error;
};

Golden read(std::string_view text, const model::Schema& schema = classifier()) {
  const FeatureTable features(schema);
  PiecedText source(text, 3);
  GoldenRows rows_of(source, features, schema, {});
  math::RowBuffer rows(features.width());
  Golden golden;
  for (;;) {
    ExpectedOutputs expected;
    const auto more = rows_of.next(rows, expected);
    if (!more) {
      golden.error = std::to_string(rows_of.line()) + ": " + more.error().message();
      break;
    }
    if (!*more) break;
    for (const Method method : model::kAllMethods) {
      const auto& values = expected[static_cast<std::size_t>(method)];
      if (!values) continue;
      std::string told = std::to_string(rows_of.line()) + " " + std::string(to_string(method)) + ":";
      for (const ExpectedValue& value : *values) {
        told += value.kind == ExpectedValue::Kind::nothing ? " -" : " " + value.text;
        if (value.kind == ExpectedValue::Kind::text) told += "(text)";
      }
      golden.expected.push_back(told);
    }
  }
  golden.values = values_from(rows, 0);
  return golden;
}

TEST(GoldenRows, ReadsJsonLinesAndDocuments) {
  const std::string lines =
      "{\"x\":[1,2],\"predict\":\"yes\",\"predict_proba\":[0.25,0.75]}\n"
      "{\"prediction\":\"no\",\"x\":{\"b\":4,\"a\":3}}\n";
  Golden golden = read(lines);
  EXPECT_EQ(golden.error, "");
  EXPECT_THAT(golden.values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(golden.expected,
              ElementsAre("1 predict: yes(text)", "1 predict_proba: 0.25 0.75", "2 predict: no(text)"));
  golden = read("[{\"x\":[1,2],\"result\":\"yes\"},\n{\"x\":[3,4],\"predict_proba\":[null,-Infinity]}]");
  EXPECT_EQ(golden.error, "");
  EXPECT_THAT(golden.expected, ElementsAre("1 predict: yes(text)", "2 predict_proba: - Infinity"));
}

TEST(GoldenRows, ReadsCsv) {
  const Golden golden = read(
      "predict,a,predict_proba:yes,b,predict_proba_0\n"
      "yes,1,0.75,2,0.25\n\n"
      "\"no\",3,,4,inf\n");
  EXPECT_EQ(golden.error, "");
  EXPECT_THAT(golden.values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(golden.expected, ElementsAre("2 predict: yes(text)", "2 predict_proba: 0.25 0.75", "4 predict: no(text)",
                                           "4 predict_proba: inf -"));
}

TEST(GoldenRows, ReadsCsvOfModelsWithoutNames) {
  const Golden golden = read("x1,x2,prediction\n1,2,3.5\n", numbered(2));
  EXPECT_EQ(golden.error, "");
  EXPECT_THAT(golden.values, ElementsAre(1, 2));
  EXPECT_THAT(golden.expected, ElementsAre("2 predict: 3.5"));
  EXPECT_THAT(read("x1,x2,x3,x4,prediction\n1,2,3,4,3.5\n", numbered(2)).error,
              HasSubstr("column \"x3\": the model has 2 features: this column is none of them"));
}

TEST(GoldenRows, AFeatureMayBeCalledAsAMethodIs) {
  const Golden golden = read("predict,prediction\n1,2\n", named({"predict"}));
  EXPECT_THAT(golden.values, ElementsAre(1));
  EXPECT_THAT(golden.expected, ElementsAre("2 predict: 2"));
}

TEST(GoldenRows, TellsWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"a,b\n1,2\n", "1: no column holds what is expected"},
      {"a,b,predict_proba_0\n1,2,3\n", "1: predict_proba: the model gives 2 values, the header has 1 column"},
      {"a,bb,predict\n1,2,yes\n", "did you mean \"b\"?"},
      {"a,b,predict\n1,x,yes\n", "2: column \"b\": expected a number"},
      {"{\"x\":[1,2]}\n", "1: nothing is expected of this row"},
      {"\n{\"x\":[1,2],\"predct\":1}\n", "2: /predct: no method has that name; did you mean \"predict\"?"},
      {"{\"predict\":1}\n", "the member \"x\" is missing"},
      {"{\"x\":[1],\"predict\":1}\n", "/x: expected 2 values, got 1"},
      {"{\"x\":[1,2],\"predict\":[1,2]}\n", "/predict: the model gives 1 value, the row expects 2"},
      {"{\"x\":[1,2],\"leaf\":[1]}\n", "the model does not offer leaf; it offers predict, predict_proba"},
      {"{\"x\":[1,2],\"predict\":1,\"result\":2}\n", "/result: given twice"},
      {"{\"x\":[1,2],\"predict\":[1\n", "malformed JSON at byte"},
      {"[1,2]\n", "expected an object such as"},
  };
  for (const auto& [text, why] : cases) EXPECT_THAT(read(text).error, HasSubstr(why)) << text;
}

TEST(GoldenRows, TakesNestedListsInOrder) {
  model::Schema schema = named({"a"});
  schema.outputs[static_cast<std::size_t>(Method::contrib)] =
      model::OutputSpec{.name = "contrib", .width = 4, .scalar = false};
  EXPECT_THAT(read("{\"x\":[1],\"contrib\":[[1,2],[3,4]]}", schema).expected, ElementsAre("1 contrib: 1 2 3 4"));
}

}  // namespace
}  // namespace pelton::codec
