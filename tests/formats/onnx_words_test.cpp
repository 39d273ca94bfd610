#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "math/row_buffer.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "small_graph.hpp"

/// Graphs over columns of text: what each operator makes of texts, known, unknown and missing.
namespace pelton::formats {
namespace {

using onnx::Attribute;
using onnx::DataType;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const std::optional<std::string> kMissing;

using Strings = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
using Floats = std::vector<float>;

/// A graph of one input of text "x" [rows, width], and what it gives for one row of texts.
class TextGraph : public SmallGraph {
 public:
  explicit TextGraph(std::size_t width = 1) : SmallGraph(width, DataType::string) {}

  TextGraph& ml(std::string op, std::string from, std::string to, std::vector<Attribute> attributes) {
    node({std::move(op), {std::move(from)}, {std::move(to)}, "n", "ai.onnx.ml", std::move(attributes)});
    return *this;
  }
  /// Loads the graph with the output `name` [rows, width]; told where it does not load.
  TextGraph& give(const std::string& name, DataType type, std::size_t width, std::int64_t opset = 18,
                  std::int64_t ml_opset = 4) {
    output(name, type, width);
    auto loaded = load(opset, ml_opset);
    if (loaded) {
      model_ = std::move(*loaded);
    } else {
      ADD_FAILURE() << loaded.error().message();
    }
    return *this;
  }

  const model::Feature& feature(std::size_t i = 0) const { return model_->schema().features.at(i); }
  /// Nothing where the model refuses a text.
  std::optional<std::vector<double>> of(const std::vector<std::optional<std::string>>& texts) const {
    std::vector<double> row;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto number = texts[i] ? feature(i).categories->number(*texts[i]) : std::optional<double>(kNaN);
      if (!number || (!texts[i] && !feature(i).takes_missing)) return std::nullopt;
      row.push_back(*number);
    }
    std::vector<double> out(model_->schema().output(model::Method::predict)->width);
    model::Workspace workspace;
    model_->score({row.data(), 1, row.size()}, model::Method::predict, {out.data(), 1, out.size()}, workspace);
    return out;
  }
  std::vector<double> given(const std::vector<std::optional<std::string>>& texts) const {
    return of(texts).value_or(std::vector<double>{-77});
  }

 private:
  LoadedModel model_;
};

std::vector<Attribute> colours(std::int64_t zeros = 1) {
  return {{"cats_strings", Strings{"red", "green"}}, {"zeros", zeros}};
}

TextGraph one_hot(std::int64_t zeros, std::size_t width = 1) {
  TextGraph graph(width);
  graph.ml("OneHotEncoder", "x", "h", colours(zeros)).integers("flat", {-1, 2 * static_cast<std::int64_t>(width)});
  graph.node({"Reshape", {"h", "flat"}, {"y"}, "r"});
  return graph;
}

TEST(OnnxWords, AreOneHotColumns) {
  TextGraph graph = one_hot(1);
  graph.give("y", DataType::float32, 2);
  EXPECT_EQ(graph.feature().type, model::ElementType::string);
  EXPECT_THAT(graph.feature().categories->names(), ElementsAre("red", "green"));
  EXPECT_FALSE(graph.feature().takes_missing);
  EXPECT_THAT(graph.given({"red"}), ElementsAre(1, 0));
  EXPECT_THAT(graph.given({"green"}), ElementsAre(0, 1));
  EXPECT_THAT(graph.given({"blue"}), ElementsAre(0, 0));
  EXPECT_THAT(graph.given({""}), ElementsAre(0, 0));
}

TEST(OnnxWords, AreOneHotColumnsOfEachColumn) {
  TextGraph graph = one_hot(1, 2);
  graph.give("y", DataType::float32, 4);
  EXPECT_THAT(graph.given({"green", "red"}), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(graph.given({"blue", "green"}), ElementsAre(0, 0, 0, 1));
}

TEST(OnnxWords, AreRefusedWhereTheEncoderFailsOnUnknownOnes) {
  TextGraph graph = one_hot(0);
  graph.give("y", DataType::float32, 2);
  EXPECT_THAT(graph.given({"green"}), ElementsAre(0, 1));
  EXPECT_EQ(graph.of({"blue"}), std::nullopt);
  EXPECT_EQ(graph.of({kMissing}), std::nullopt);
}

TEST(OnnxWords, AreTakenOnlyIfEveryEncoderTakesThem) {
  TextGraph graph;
  graph.ml("OneHotEncoder", "x", "h", {{"cats_strings", Strings{"a", "b"}}, {"zeros", std::int64_t{0}}});
  graph.ml("OneHotEncoder", "x", "g", {{"cats_strings", Strings{"b", "c"}}, {"zeros", std::int64_t{1}}});
  graph.node({"Concat", {"h", "g"}, {"both"}, "c", "", {{"axis", std::int64_t{-1}}}}).integers("flat", {0, 4});
  graph.integers("line", {-1, 4}).node({"Reshape", {"both", "line"}, {"y"}, "r"});
  graph.give("y", DataType::float32, 4);
  EXPECT_THAT(graph.given({"a"}), ElementsAre(1, 0, 0, 0));
  EXPECT_THAT(graph.given({"b"}), ElementsAre(0, 1, 1, 0));
  EXPECT_EQ(graph.of({"c"}), std::nullopt);
  EXPECT_THAT(graph.feature().categories->names(), ElementsAre("a", "b"));
}

TEST(OnnxWords, AreEncodedAsNumbers) {
  TextGraph graph;
  graph.ml("LabelEncoder", "x", "y",
           {{"keys_strings", Strings{"a", "b", "a"}},
            {"values_int64s", Integers{10, 20, 30}},
            {"default_int64", std::int64_t{-5}}});
  graph.give("y", DataType::int64, 1);
  EXPECT_THAT(graph.given({"a"}), ElementsAre(10));  // the first of two counts
  EXPECT_THAT(graph.given({"b"}), ElementsAre(20));
  EXPECT_THAT(graph.given({"?"}), ElementsAre(-5));
}

TEST(OnnxWords, AreEncodedAsFloatsWithNanForUnknownOnes) {
  TextGraph graph(2);
  graph.ml("LabelEncoder", "x", "y",
           {{"keys_strings", Strings{"a", "b"}}, {"values_floats", Floats{0.5F, 2}}, {"default_float", NAN}});
  graph.give("y", DataType::float32, 2);
  EXPECT_THAT(graph.given({"b", "a"}), ElementsAre(2, 0.5));
  EXPECT_TRUE(std::isnan(graph.given({"?", "a"})[0]));
}

TEST(OnnxWords, AreEncodedByPositionInTheFirstVersion) {
  TextGraph graph;
  graph.ml("LabelEncoder", "x", "y", {{"classes_strings", Strings{"a", "b"}}});
  graph.give("y", DataType::int64, 1, 18, 1);
  EXPECT_THAT(graph.given({"b"}), ElementsAre(1));
  EXPECT_THAT(graph.given({"?"}), ElementsAre(-1));
}

TEST(OnnxWords, AreMappedToIntegers) {
  TextGraph graph;
  graph.ml("CategoryMapper", "x", "y",
           {{"cats_strings", Strings{"a", "b", "a"}},
            {"cats_int64s", Integers{10, 20, 30}},
            {"default_int64", std::int64_t{7}}});
  graph.give("y", DataType::int64, 1);
  EXPECT_THAT(graph.given({"a"}), ElementsAre(30));  // the last of two counts
  EXPECT_THAT(graph.given({"?"}), ElementsAre(7));
}

TEST(OnnxWords, AreEncodedAsOtherTextFirst) {
  TextGraph graph;
  graph.ml("LabelEncoder", "x", "t",
           {{"keys_strings", Strings{"rouge", "vert"}},
            {"values_strings", Strings{"red", "green"}},
            {"default_string", std::string("red")}});
  graph.ml("LabelEncoder", "t", "y", {{"keys_strings", Strings{"red", "green"}}, {"values_int64s", Integers{1, 2}}});
  graph.give("y", DataType::int64, 1);
  EXPECT_THAT(graph.given({"vert"}), ElementsAre(2));
  EXPECT_THAT(graph.given({"?"}), ElementsAre(1));
  EXPECT_THAT(graph.given({"green"}), ElementsAre(1));  // is no key: the default
}

/// What skl2onnx makes of a SimpleImputer of texts.
TextGraph imputed(std::int64_t zeros) {
  TextGraph graph;
  graph.integers("zero", {0});
  graph.ml("LabelEncoder", "zero", "fill", {{"keys_int64s", Integers{0}}, {"values_strings", Strings{"red"}}});
  graph.node({"ArrayFeatureExtractor", {"x", "zero"}, {"c"}, "n", "ai.onnx.ml"});
  graph.ml("LabelEncoder", "c", "m",
           {{"keys_strings", Strings{""}}, {"values_int64s", Integers{1}}, {"default_int64", std::int64_t{0}}});
  graph.node({"Cast", {"m"}, {"mask"}, "n", "", {{"to", std::int64_t{9}}}});
  graph.node({"Where", {"mask", "fill", "c"}, {"w"}, "n"});
  graph.ml("OneHotEncoder", "w", "h", colours(zeros)).integers("line", {-1, 2});
  graph.node({"Reshape", {"h", "line"}, {"y"}, "r"});
  return graph;
}

TEST(OnnxWords, AreImputed) {
  TextGraph graph = imputed(1);
  graph.give("y", DataType::float32, 2);
  EXPECT_TRUE(graph.feature().takes_missing);
  EXPECT_THAT(graph.given({kMissing}), ElementsAre(1, 0));
  EXPECT_THAT(graph.given({""}), ElementsAre(1, 0));
  EXPECT_THAT(graph.given({"green"}), ElementsAre(0, 1));
  EXPECT_THAT(graph.given({"blue"}), ElementsAre(0, 0));
}

TEST(OnnxWords, AreImputedBeforeAnEncoderFails) {
  TextGraph graph = imputed(0);
  graph.give("y", DataType::float32, 2);
  EXPECT_THAT(graph.given({kMissing}), ElementsAre(1, 0));
  EXPECT_THAT(graph.given({""}), ElementsAre(1, 0));
  EXPECT_EQ(graph.of({"blue"}), std::nullopt);
}

TEST(OnnxWords, TakeAMissingValueForTheTextThatStandsForIt) {
  for (const char* token : {"nan", "None", ""}) {
    TextGraph graph;
    graph.ml("LabelEncoder", "x", "y", {{"keys_strings", Strings{"a", token}}, {"values_int64s", Integers{1, 2}}});
    graph.give("y", DataType::int64, 1);
    EXPECT_TRUE(graph.feature().takes_missing) << token;
    EXPECT_THAT(graph.given({kMissing}), ElementsAre(2)) << token;
    EXPECT_THAT(graph.given({token}), ElementsAre(2)) << token;
  }
  TextGraph graph;  // which of them null would be, cannot be told
  graph.ml("LabelEncoder", "x", "y", {{"keys_strings", Strings{"nan", "None"}}, {"values_int64s", Integers{1, 2}}});
  graph.give("y", DataType::int64, 1);
  EXPECT_FALSE(graph.feature().takes_missing);
  EXPECT_THAT(graph.given({"nan"}), ElementsAre(1));
  EXPECT_THAT(graph.given({"None"}), ElementsAre(2));
}

TEST(OnnxWords, AreSelectedJoinedAndReshaped) {
  TextGraph graph(3);
  const std::int64_t one = 1;
  graph.integers("last", {2}).integers("from", {0}).integers("to", {2}).integers("axes", {1}).integers("open", {-1, 1});
  graph.node({"Gather", {"x", "last"}, {"c"}, "n", "", {{"axis", one}}});
  graph.node({"Slice", {"x", "from", "to", "axes"}, {"ab"}, "n"});
  graph.node({"Split", {"ab"}, {"a", "b"}, "n", "", {{"axis", one}}});
  graph.node({"Squeeze", {"a", "axes"}, {"flat"}, "n"}).node({"Unsqueeze", {"flat", "axes"}, {"a2"}, "n"});
  graph.node({"Reshape", {"b", "open"}, {"b2"}, "n"}).node({"Identity", {"c"}, {"c2"}, "n"});
  graph.node({"Cast", {"c2"}, {"c3"}, "n", "", {{"to", std::int64_t{8}}}}).node({"Flatten", {"c3"}, {"c4"}, "n"});
  graph.node({"Concat", {"c4", "b2", "a2"}, {"cba"}, "n", "", {{"axis", one}}});
  graph.ml("LabelEncoder", "cba", "y",
           {{"keys_strings", Strings{"p", "q", "r"}}, {"values_int64s", Integers{1, 2, 3}}});
  graph.give("y", DataType::int64, 3, 18, 4);
  EXPECT_THAT(graph.given({"p", "q", "r"}), ElementsAre(3, 2, 1));
}

TEST(OnnxWords, KeepFeaturesOfDifferentTypesByName) {
  SmallGraph graph(1, DataType::float32);
  graph.input("t", DataType::string, 1).input("i", DataType::int64, 1).input("z", DataType::float32, 2);
  graph.node({"LabelEncoder",
              {"t"},
              {"u"},
              "n",
              "ai.onnx.ml",
              {{"keys_strings", Strings{"a"}}, {"values_floats", Floats{4}}}});
  graph.node({"Cast", {"i"}, {"j"}, "n", "", {{"to", std::int64_t{1}}}});
  graph.node({"Concat", {"z", "j", "u", "x"}, {"y"}, "n", "", {{"axis", std::int64_t{1}}}});
  graph.output("y", DataType::float32, 5);
  const auto model = graph.load(18, 4);
  ASSERT_TRUE(model) << model.error().message();
  const auto& features = (*model)->schema().features;
  ASSERT_EQ(features.size(), 5U);
  EXPECT_EQ(features[1].name, "t");
  EXPECT_EQ(features[1].type, model::ElementType::string);
  EXPECT_EQ(features[2].type, model::ElementType::int64);
  const std::vector<double> row{0.1, *features[1].categories->number("a"), 7.9, 0.2, 3};
  std::vector<double> out(5);
  model::Workspace workspace;
  (*model)->score({row.data(), 1, 5}, model::Method::predict, {out.data(), 1, 5}, workspace);
  EXPECT_THAT(out, ElementsAre(double{0.2F}, 3, 7, 4, double{0.1F}));
}

/// What a graph of texts answers for one row of them, scored as texts.
std::vector<double> predict_texts(const model::Model& model, const std::vector<std::string>& texts) {
  math::RowBuffer rows(texts.size());
  double* const row = rows.append_row();
  for (std::size_t i = 0; i < texts.size(); ++i) row[i] = rows.put_text(texts[i]);
  std::vector<double> out(model.schema().output(model::Method::predict)->width);
  model::Workspace workspace;
  model.score(std::as_const(rows).view(), model::Method::predict, {out.data(), 1, out.size()}, workspace);
  return out;
}

TEST(OnnxWords, StayTextsWhereTheGraphNeedsThem) {
  TextGraph cast;
  cast.op("Cast", {{"to", std::int64_t{1}}}).output("y", DataType::float32, 1);
  const auto numbers = cast.load();
  ASSERT_TRUE(numbers) << numbers.error().message();
  EXPECT_TRUE((*numbers)->schema().features[0].is_text());
  EXPECT_THAT(predict_texts(**numbers, {"2.5"}), ElementsAre(2.5));
  EXPECT_TRUE(model::Model::is_refused(predict_texts(**numbers, {"two"}).front()));
  TextGraph twice(2);
  twice.integers("a", {0}).integers("b", {1});
  for (const char* column : {"a", "b"}) {
    twice.node({"Gather", {"x", column}, {std::string("t") + column}, "n", "", {{"axis", std::int64_t{1}}}});
  }
  twice.node({"Equal", {"ta", "tb"}, {"y"}, "n"}).output("y", DataType::boolean, 1);
  const auto alike = twice.load(19);
  ASSERT_TRUE(alike) << alike.error().message();
  EXPECT_THAT(predict_texts(**alike, {"a", "a"}), ElementsAre(1));
  EXPECT_THAT(predict_texts(**alike, {"a", "b"}), ElementsAre(0));
}

TEST(OnnxWords, RefuseWhatNoNumbersComeOf) {
  TextGraph given;
  given.op("Identity").output("y", DataType::string, 1);
  EXPECT_THAT(given.refusal(), HasSubstr("output \"y\": is text other than a label"));
  TextGraph computed;
  computed.op("Relu").output("y", DataType::float32, 1);
  EXPECT_THAT(computed.refusal(), HasSubstr("works on other types than string"));
  TextGraph keys;
  keys.ml("LabelEncoder", "x", "y", {{"keys_int64s", Integers{1}}, {"values_int64s", Integers{1}}});
  EXPECT_THAT(keys.refusal(18, 4), HasSubstr("looks up string among keys of int64"));
}

TEST(OnnxWords, RefuseTextsThatAreNotUtf8) {
  TextGraph graph;
  graph.ml("LabelEncoder", "x", "y", {{"keys_strings", Strings{"\xFF"}}, {"values_int64s", Integers{1}}});
  graph.output("y", DataType::int64, 1);
  EXPECT_THAT(graph.refusal(18, 4), HasSubstr("a text that is not UTF-8"));
}

TEST(OnnxWords, RefuseTheRowWhereAnEncoderFailsByAnotherFeature) {
  SmallGraph graph(1, DataType::float32);
  graph.input("t", DataType::string, 1).node({"IsNaN", {"x"}, {"mask"}, "n"}).integers("zero", {0});
  graph.node({"LabelEncoder",
              {"zero"},
              {"fill"},
              "n",
              "ai.onnx.ml",
              {{"keys_int64s", Integers{0}}, {"values_strings", Strings{"a"}}}});
  graph.node({"Where", {"mask", "fill", "t"}, {"w"}, "n"}).integers("line", {-1, 1});
  graph.node(
      {"OneHotEncoder", {"w"}, {"h"}, "n", "ai.onnx.ml", {{"cats_strings", Strings{"a"}}, {"zeros", std::int64_t{0}}}});
  graph.node({"Reshape", {"h", "line"}, {"y"}, "n"}).output("y", DataType::float32, 1);
  const auto model = graph.load(18, 4);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_TRUE((*model)->schema().features[1].is_text());
  const auto refused = [&](double x, std::string_view text) {
    math::RowBuffer rows(2);
    double* const row = rows.append_row();
    row[0] = x;
    row[1] = rows.put_text(text);
    double out = 0;
    model::Workspace workspace;
    (*model)->score(std::as_const(rows).view(), model::Method::predict, {&out, 1, 1}, workspace);
    return model::Model::is_refused(out);
  };
  EXPECT_FALSE(refused(1, "a"));
  EXPECT_TRUE(refused(1, "b"));
  EXPECT_FALSE(refused(std::nan(""), "b"));
}

TEST(OnnxCategories, OfWholeNumbersAreOneHotColumns) {
  SmallGraph graph(1, DataType::float32);
  graph.op("OneHotEncoder", {{"cats_int64s", Integers{5, -9}}, {"zeros", std::int64_t{0}}}, "ai.onnx.ml");
  graph.integers("line", {-1, 2}).node({"Reshape", {"y", "line"}, {"z"}, "n"}).output("z", DataType::float32, 2);
  EXPECT_EQ(graph.refusal(), "loaded");
  EXPECT_THAT(graph.predict({5}), ElementsAre(1, 0));
  EXPECT_THAT(graph.predict({-9.7}), ElementsAre(0, 1));  // the runtime takes the whole part
  const auto model = graph.load();
  ASSERT_TRUE(model && (*model)->schema().features[0].allowed);
  EXPECT_THAT(*(*model)->schema().features[0].allowed, ElementsAre(-9, 5));
}

TEST(OnnxCategories, OfNumbersAreEncodedAsNumbersAndLabels) {
  SmallGraph numbers(2, DataType::float32);
  numbers.op("LabelEncoder",
             {{"keys_floats", Floats{1.5F, NAN}}, {"values_floats", Floats{2, 3}}, {"default_float", -1.0F}},
             "ai.onnx.ml");
  numbers.output("y", DataType::float32, 2);
  EXPECT_EQ(numbers.refusal(18, 4), "loaded");
  EXPECT_EQ(numbers.refusal(18, 2), "loaded");
  const auto found = [&](std::int64_t version) {
    const auto model = numbers.load(18, version);
    const std::vector<double> row{1.5, kNaN};
    std::vector<double> out(2);
    model::Workspace workspace;
    (*model)->score({row.data(), 1, 2}, model::Method::predict, {out.data(), 1, 2}, workspace);
    return out;
  };
  EXPECT_THAT(found(4), ElementsAre(2, 3));
  EXPECT_THAT(found(2), ElementsAre(2, -1));  // NaN was no key that is found
  SmallGraph labels(1, DataType::int64);
  labels.op("CategoryMapper", {{"cats_strings", Strings{"no", "yes"}}, {"cats_int64s", Integers{0, 1}}}, "ai.onnx.ml");
  labels.output("y", DataType::string, 1);
  const auto model = labels.load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT((*model)->schema().classes,
              testing::UnorderedElementsAre(model::Label("no"), model::Label("yes"), model::Label("_Unused")));
  const auto label = [&](double x) {
    return (*model)->schema().classes.at(static_cast<std::size_t>(labels.predict({x}).at(0)));
  };
  EXPECT_EQ(label(1), model::Label("yes"));
  EXPECT_EQ(label(0), model::Label("no"));
  EXPECT_EQ(label(5), model::Label("_Unused"));
}

}  // namespace
}  // namespace pelton::formats
