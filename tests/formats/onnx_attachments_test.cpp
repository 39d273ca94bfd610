#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_graph.hpp"

namespace pelton::formats {
namespace {

using onnx::DataType;
using testing::HasSubstr;

SmallGraph negation(std::size_t width = 2) {
  SmallGraph graph(width);
  graph.op("Neg").output("y", DataType::float64, width);
  return graph;
}

TEST(OnnxAttachments, AreKeptAsTheFileHasThem) {
  SmallGraph graph = negation();
  graph.metadata("pelton.golden", R"([{"x":[1,2],"predict":[-1,-2]}])").metadata("pelton.golden.tolerance", "1e-09");
  graph.metadata("pelton.baseline", "{}").metadata("other", "\xFF");
  const auto model = graph.load();
  ASSERT_TRUE(model.has_value()) << model.error().message();
  const model::Attachments& attached = (*model)->description().attachments;
  EXPECT_EQ(attached.golden, R"([{"x":[1,2],"predict":[-1,-2]}])");
  EXPECT_EQ(attached.tolerance, 1e-9);
  EXPECT_EQ(attached.baseline, "{}");
  const auto bare = negation().load();
  EXPECT_EQ((*bare)->description().attachments.golden, "");
  EXPECT_EQ((*bare)->description().attachments.tolerance, std::nullopt);
}

TEST(OnnxAttachments, RefuseATolerancePastSense) {
  for (const char* text : {"", "x", "-1e-9", "1.5", "nan", "inf", "1e-9 ", "1e999"}) {
    EXPECT_THAT(negation().metadata("pelton.golden.tolerance", text).refusal(),
                HasSubstr("metadata \"pelton.golden.tolerance\" is not a number from 0 to 1"))
        << text;
  }
}

TEST(OnnxAttachments, RefuseWhatIsTwiceOrNoText) {
  EXPECT_THAT(negation().metadata("pelton.golden", "[]").metadata("pelton.golden", "[]").refusal(),
              HasSubstr("metadata \"pelton.golden\" is given twice"));
  EXPECT_THAT(negation().metadata("pelton.baseline", "\xFF").refusal(), HasSubstr("is not UTF-8"));
}

TEST(OnnxAttachments, AreBounded) {
  Options options;
  options.limits.attachment_bytes = 10;
  const std::string bytes = negation().metadata("pelton.golden", std::string(11, ' ')).bytes();
  const auto model = read_model(bytes, "test", options);
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code(), core::ErrorCode::too_large);
  EXPECT_THAT(model.error().message(), HasSubstr("has 11 bytes; at most 10 are read"));
}

TEST(OnnxMissingFeatures, AreToldByName) {
  SmallGraph graph = negation();
  graph.metadata("feature_names", R"(["a","b"])").metadata("missing_features", R"(["b"])");
  const auto model = graph.load();
  ASSERT_TRUE(model.has_value()) << model.error().message();
  EXPECT_FALSE((*model)->schema().features[0].takes_missing);
  EXPECT_TRUE((*model)->schema().features[1].takes_missing);
}

TEST(OnnxMissingFeatures, RefuseWhatIsNoFeatureOrNoNumber) {
  EXPECT_THAT(negation().metadata("missing_features", R"(["c"])").refusal(), HasSubstr("there is no feature \"c\""));
  EXPECT_THAT(negation().metadata("missing_features", "b").refusal(), HasSubstr("is not a list of names"));
  SmallGraph integers(1, DataType::int64);
  integers.op("Neg").output("y", DataType::int64, 1);
  integers.metadata("feature_names", R"(["n"])").metadata("missing_features", R"(["n"])");
  EXPECT_THAT(integers.refusal(), HasSubstr("feature \"n\" is int64, which has no missing value"));
}

/// A classifier of two classes whose outputs are called as the methods; `width` probabilities.
SmallGraph named_outputs(std::size_t width) {
  SmallGraph graph(2);
  graph.node({"ArgMax", {"x"}, {"best"}, "a", "", {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}}});
  graph.node(
      {"LabelEncoder",
       {"best"},
       {"predict"},
       "l",
       "ai.onnx.ml",
       {{"keys_int64s", std::vector<std::int64_t>{0, 1}}, {"values_strings", std::vector<std::string>{"no", "yes"}}}});
  graph.integers("last", {1});
  graph.node({"Gather", {"x", "last"}, {"decision_function"}, "g", "", {{"axis", std::int64_t{1}}}});
  graph.node({width == 2 ? "Identity" : "Neg", {width == 2 ? "x" : "decision_function"}, {"predict_proba"}, "p"});
  graph.output("decision_function", DataType::float64, 1).output("predict_proba", DataType::float64, width);
  return graph;
}

TEST(OnnxOutputs, CalledAsTheMethodsAreThose) {
  // No [rows] output can be declared by this writer: the label's shape is left to what is computed.
  SmallGraph graph = named_outputs(2);
  graph.output("predict", DataType::string, 1);
  const auto model = graph.load();
  ASSERT_TRUE(model.has_value()) << model.error().message();
  const model::Schema& schema = (*model)->schema();
  EXPECT_THAT(schema.classes, testing::ElementsAre(model::Label("no"), model::Label("yes")));
  EXPECT_TRUE(schema.output(model::Method::predict)->labelled);
  EXPECT_EQ(schema.output(model::Method::predict_proba)->width, 2U);
  EXPECT_FALSE(schema.output(model::Method::predict_proba)->scalar);
  EXPECT_EQ(schema.output(model::Method::decision_function)->width, 1U);
  const std::vector<double> row{-3, 5};
  double value = 0;
  model::Workspace workspace;
  (*model)->score({row.data(), 1, 2}, model::Method::decision_function, {&value, 1, 1}, workspace);
  EXPECT_EQ(value, 5);  // as it is, though it is no margin of these probabilities
}

TEST(OnnxOutputs, MustHaveAProbabilityAClass) {
  SmallGraph graph = named_outputs(1);
  graph.output("predict", DataType::string, 1);
  EXPECT_THAT(graph.refusal(), HasSubstr("output \"predict_proba\" has 1 values for 2 classes"));
}

TEST(OnnxRefusals, AreToldUpToALimit) {
  SmallGraph graph(1);
  std::string from = "x";
  for (int i = 0; i < 5; ++i) {
    const std::string to = "v" + std::to_string(i);
    graph.node({"NoSuch" + std::to_string(i), {from}, {to}, "n" + std::to_string(i)});
    from = to;
  }
  graph.output("v4", DataType::float64, 1);
  Options options;
  options.limits.refusals = 2;
  EXPECT_THAT(read_model(graph.bytes(), "test", options).error().message(),
              testing::AllOf(HasSubstr("NoSuch1"), testing::Not(HasSubstr("NoSuch2")), HasSubstr("; and 3 more")));
}

}  // namespace
}  // namespace pelton::formats
