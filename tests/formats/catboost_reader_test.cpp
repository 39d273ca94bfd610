#include "formats/catboost/reader.hpp"

#include <cmath>
#include <limits>

#include "damage.hpp"
#include "formats/catboost/city_hash.hpp"

namespace pelton::formats::catboost {
namespace {

using core::ErrorCode;
using model::Method;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

const std::string kFeatures = R"("features_info": {
  "float_features": [
    {"feature_id": "a", "feature_index": 0, "flat_feature_index": 0, "has_nans": true, "nan_value_treatment": "AsFalse", "borders": [0.5]},
    {"feature_id": "b", "feature_index": 1, "flat_feature_index": 2, "has_nans": true, "nan_value_treatment": "AsTrue", "borders": [0.5]},
    {"feature_id": "c", "feature_index": 2, "flat_feature_index": 3, "has_nans": false, "nan_value_treatment": "AsTrue", "borders": []}],
  "categorical_features": [{"feature_id": "d", "feature_index": 0, "flat_feature_index": 1, "values": [-784473192]}],
  "cat_features_hash": [{"hash": 3510494104, "value": "x"}]})";

const std::string kSymmetric = R"("oblivious_trees": [{"leaf_values": [1, 2, 3, 4], "splits": [
  {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5},
  {"split_type": "FloatFeature", "float_feature_index": 1, "border": 0.5}]}])";

const std::string kOneHot = R"("oblivious_trees": [{"leaf_values": [1, 2, 3, 4], "splits": [
  {"split_type": "OneHotFeature", "cat_feature_index": 0, "value": -784473192},
  {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5}]}])";

/// a > 0.5: (c > -1: 3, otherwise 2), otherwise 1; the right side is written first.
const std::string kNested = R"("trees": [{"right": {"right": {"value": 3}, "left": {"value": 2}, "split":
  {"split_type": "FloatFeature", "float_feature_index": 2, "border": -1}}, "left": {"value": 1, "weight": 5},
  "split": {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5, "split_index": 0}}])";

const std::string kThreeClasses = R"("oblivious_trees": [{"leaf_values": [1, 2, 3], "splits": []}])";

std::string document(const std::string& trees, const std::string& info = "", const std::string& scale = "[1, [0]]") {
  return "{" + kFeatures + ", \"model_info\": {" + info + "}, " + trees + ", \"scale_and_bias\": " + scale + "}";
}

std::string loss(const std::string& name, const std::string& classes = "") {
  return R"("params": {"loss_function": {"params": {}, "type": ")" + name + "\"}}" +
         (classes.empty() ? "" : ", \"class_params\": {" + classes + "}");
}

std::vector<double> score(const std::string& text, std::vector<double> row, Method method = Method::predict,
                          const Options& options = {}) {
  const auto model = read_model(text, "model", options);
  EXPECT_TRUE(model) << model.error().message();
  if (!model) return {};
  const auto& spec = (*model)->schema().output(method);
  EXPECT_TRUE(spec);
  if (!spec) return {};
  std::vector<double> values(spec->width);
  model::Workspace workspace;
  (*model)->score({row.data(), 1, row.size()}, method, {values.data(), 1, values.size()}, workspace);
  return values;
}

void expect_refused(const std::string& text, ErrorCode code, const std::string& message, const Options& options = {}) {
  const auto model = read_model(text, "model", options);
  ASSERT_FALSE(model) << "should say: " << message;
  EXPECT_EQ(model.error().code(), code) << model.error().message();
  EXPECT_THAT(model.error().message(), HasSubstr(message));
}

TEST(CatBoostReaderTest, NumbersTheLeavesOfSymmetricTreesByTheirBits) {
  const std::string file = document(kSymmetric);
  EXPECT_THAT(score(file, {0, 0, 0, 0}), ElementsAre(1));
  EXPECT_THAT(score(file, {1, 0, 0, 0}), ElementsAre(2));
  EXPECT_THAT(score(file, {0, 0, 1, 0}), ElementsAre(3));
  EXPECT_THAT(score(file, {1, 0, 1, 0}), ElementsAre(4));
  EXPECT_THAT(score(file, {0, 0, 1, 0}, Method::leaf), ElementsAre(2));
}

TEST(CatBoostReaderTest, ComparesFloatsWithBorders) {
  const std::string file = document(kSymmetric);
  EXPECT_THAT(score(file, {0.5, 0, 0, 0}), ElementsAre(1));
  EXPECT_THAT(score(file, {std::nextafter(0.5, 1), 0, 0, 0}), ElementsAre(1));  // rounds to 0.5
  EXPECT_THAT(score(file, {static_cast<double>(std::nextafter(0.5F, 1.0F)), 0, 0, 0}), ElementsAre(2));
  EXPECT_THAT(score(file, {kInf, 0, -kInf, 0}), ElementsAre(2));
}

TEST(CatBoostReaderTest, ComparesFloatsTheSameWayBesideHashes) {
  // One-hot features make rows doubles; borders must give the answers that floats give.
  const double just_above = static_cast<double>(std::nextafter(0.5F, 1.0F));
  for (const double x : {0.5, std::nextafter(0.5, 1), (0.5 + just_above) / 2, std::nextafter((0.5 + just_above) / 2, 0),
                         std::nextafter((0.5 + just_above) / 2, 1), just_above, kInf, -kInf, 1e300, -1e300, kNan}) {
    const bool above = static_cast<float>(x) > 0.5F;
    EXPECT_THAT(score(document(kOneHot), {x, 0, 0, 0}), ElementsAre(above ? 3 : 1)) << x;
  }
  const auto with_border = [](const std::string& border) {
    std::string trees = kOneHot;
    trees.replace(trees.find("0.5}"), 3, border);
    return document(trees);
  };
  constexpr float kMost = std::numeric_limits<float>::max();
  const double beyond = 0x1.ffffffp127;  // the first that rounds to infinity
  EXPECT_THAT(score(with_border("3.4028234663852886e+38"), {std::nextafter(beyond, 0), 0, 0, 0}), ElementsAre(1));
  EXPECT_THAT(score(with_border("3.4028234663852886e+38"), {beyond, 0, 0, 0}), ElementsAre(3));
  EXPECT_THAT(score(with_border("-3.4028234663852886e+38"), {-static_cast<double>(kMost), 0, 0, 0}), ElementsAre(1));
  EXPECT_THAT(score(with_border("0"), {0x1p-150, 0, 0, 0}), ElementsAre(1));
  EXPECT_THAT(score(with_border("0"), {std::nextafter(0x1p-150, 1), 0, 0, 0}), ElementsAre(3));
}

TEST(CatBoostReaderTest, SendsMissingValuesByTheFeaturesTreatment) {
  EXPECT_THAT(score(document(kSymmetric), {kNan, 0, 0, 0}), ElementsAre(1));  // below every border
  EXPECT_THAT(score(document(kSymmetric), {0, 0, kNan, 0}), ElementsAre(3));  // above every border
  EXPECT_THAT(score(document(kNested), {1, 0, 0, kNan}), ElementsAre(2));     // none seen in training: as it is
}

TEST(CatBoostReaderTest, TellsCategoriesByTheirHash) {
  const std::string file = document(kOneHot);
  const auto model = read_model(file, "model");
  ASSERT_TRUE(model) << model.error().message();
  const auto& features = (*model)->schema().features;
  EXPECT_EQ(features[1].name, "d");
  ASSERT_NE(features[1].categories, nullptr);
  EXPECT_TRUE(features[1].categories->numbers_are_names());
  EXPECT_THAT(features[1].categories->names(), ElementsAre("x"));
  const double x = *features[1].categories->number("x");
  EXPECT_EQ(x, 3510494104.0);
  EXPECT_THAT(score(file, {0, x, 0, 0}), ElementsAre(2));
  EXPECT_THAT(score(file, {0, x + 1, 0, 0}), ElementsAre(1));
  EXPECT_THAT(score(file, {1, *features[1].categories->number("y"), 0, 0}), ElementsAre(3));
}

TEST(CatBoostReaderTest, HashesAsCatBoostDoes) {
  // What CatBoost 1.2.10 gives in cat_features_hash, a name for every way the hash has.
  EXPECT_EQ(category_hash(""), 797982799U);
  EXPECT_EQ(category_hash("7"), 4277023987U);
  EXPECT_EQ(category_hash("x"), 3510494104U);
  EXPECT_EQ(category_hash("ab"), 4090249022U);
  EXPECT_EQ(category_hash("abc"), 978243121U);
  EXPECT_EQ(category_hash("four"), 526146423U);
  EXPECT_EQ(category_hash("eight888"), 2463816696U);
  EXPECT_EQ(category_hash("nine99999"), 3920207412U);
  EXPECT_EQ(category_hash("sixteen-16-bytes"), 1950333782U);
  EXPECT_EQ(category_hash("seventeen-17-byte"), 1388674384U);
  EXPECT_EQ(category_hash("a rather long name of 32 bytes.."), 2205322446U);
  EXPECT_EQ(category_hash("a name that is longer than 32 bytes"), 1577961767U);
  EXPECT_EQ(category_hash("exactly sixty-four bytes of a category name, counted with care.."), 2105668839U);
  EXPECT_EQ(category_hash("sixty-five bytes of a category name, which takes the longest way.."), 1490531771U);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "ŷ";
  EXPECT_EQ(category_hash(many), 3304561566U);
}

TEST(CatBoostReaderTest, NumbersTheLeavesOfNestedTreesFromTheLeft) {
  const std::string file = document(kNested);
  EXPECT_THAT(score(file, {0, 0, 0, 0}), ElementsAre(1));
  EXPECT_THAT(score(file, {1, 0, 0, -2}), ElementsAre(2));
  EXPECT_THAT(score(file, {1, 0, 0, 0}), ElementsAre(3));
  EXPECT_THAT(score(file, {0, 0, 0, 0}, Method::leaf), ElementsAre(0));
  EXPECT_THAT(score(file, {1, 0, 0, -2}, Method::leaf), ElementsAre(1));
  EXPECT_THAT(score(file, {1, 0, 0, 0}, Method::leaf), ElementsAre(2));
}

TEST(CatBoostReaderTest, NumbersALeafOnTheRightBeforeASplitOnTheLeft) {
  const std::string splits_on_both_sides =
      R"("trees": [{"split": {"split_type": "FloatFeature", "float_feature_index": 2,
    "border": 0}, "left": {"split": {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5},
      "left": {"split": {"split_type": "FloatFeature", "float_feature_index": 0, "border": -1},
        "left": {"value": 1}, "right": {"value": 2}}, "right": {"value": 3}},
    "right": {"split": {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5},
      "left": {"value": 4}, "right": {"value": 5}}}])";
  const std::string file = document(splits_on_both_sides);
  EXPECT_THAT(score(file, {1, 0, 0, 0}, Method::leaf), ElementsAre(0));
  EXPECT_THAT(score(file, {-2, 0, 0, 0}, Method::leaf), ElementsAre(1));
  EXPECT_THAT(score(file, {0, 0, 0, 0}, Method::leaf), ElementsAre(2));
  EXPECT_THAT(score(file, {0, 0, 0, 1}, Method::leaf), ElementsAre(3));
  EXPECT_THAT(score(file, {1, 0, 0, 1}, Method::leaf), ElementsAre(4));
  EXPECT_THAT(score(file, {1, 0, 0, 0}), ElementsAre(3));
}

TEST(CatBoostReaderTest, ScalesAndShifts) {
  EXPECT_THAT(score(document(kSymmetric, "", "[0.5, [10]]"), {1, 0, 1, 0}), ElementsAre(12));
  EXPECT_THAT(score(document(kSymmetric, "", "[2, 1]"), {1, 0, 1, 0}), ElementsAre(9));  // as old files have it
}

TEST(CatBoostReaderTest, PredictsByTheLoss) {
  const auto predict = [](const std::string& name) { return score(document(kSymmetric, loss(name)), {1, 0, 1, 0}); };
  EXPECT_THAT(predict("RMSE"), ElementsAre(4));
  EXPECT_THAT(predict("Quantile"), ElementsAre(4));
  EXPECT_THAT(predict("Poisson"), ElementsAre(std::exp(4.0)));
  EXPECT_THAT(predict("Tweedie"), ElementsAre(std::exp(4.0)));
  const std::string two = R"("oblivious_trees": [{"leaf_values": [1, 2], "splits": []}])";
  EXPECT_THAT(score(document(two, loss("RMSEWithUncertainty"), "[1, [0, 0]]"), {0, 0, 0, 0}),
              ElementsAre(1, std::exp(4.0)));
  EXPECT_THAT(score(document(two, loss("MultiRMSE"), "[1, [0, 5]]"), {0, 0, 0, 0}), ElementsAre(1, 7));
  EXPECT_THAT(score(document(two, loss("MultiLogloss", R"("class_names": [0, 1])"), "[1, [-2, 0]]"), {0, 0, 0, 0}),
              ElementsAre(0, 1));
}

TEST(CatBoostReaderTest, PredictsTheLabelOfAClass) {
  const std::string names = R"("class_names": ["no", "yes"], "class_to_label": [0, 1], "classes_count": 0)";
  const std::string file = document(kSymmetric, loss("Logloss", names), "[1, [-2.5]]");
  const auto model = read_model(file, "model");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT((*model)->schema().classes, ElementsAre(model::Label("no"), model::Label("yes")));
  EXPECT_TRUE((*model)->schema().output(Method::predict)->labelled);
  EXPECT_THAT(score(file, {1, 0, 0, 0}), ElementsAre(0));  // margin -0.5
  EXPECT_THAT(score(file, {0, 0, 1, 0}), ElementsAre(1));  // margin 0.5
  EXPECT_THAT(score(file, {0, 0, 1, 0}, Method::decision_function), ElementsAre(0.5));
  const double p = 1 / (1 + std::exp(-0.5));
  EXPECT_THAT(score(file, {0, 0, 1, 0}, Method::predict_proba), ElementsAre(1 - p, p));
  const std::string moved =
      document(kSymmetric, loss("Logloss", names) + R"(, "binclass_probability_threshold": "0.7")", "[1, [-2.5]]");
  EXPECT_THAT(score(moved, {0, 0, 1, 0}), ElementsAre(0));
  EXPECT_THAT(score(moved, {1, 0, 1, 0}), ElementsAre(1));
}

TEST(CatBoostReaderTest, KnowsLabelsOfEveryKind) {
  const auto labels = [](const std::string& names) {
    const auto model = read_model(document(kSymmetric, loss("Logloss", "\"class_names\": " + names)), "model");
    EXPECT_TRUE(model) << model.error().message();
    return (*model)->schema().classes;
  };
  EXPECT_THAT(labels("[3, 5]"), ElementsAre(model::Label(std::int64_t{3}), model::Label(std::int64_t{5})));
  EXPECT_THAT(labels("[0.0, 1.5]"), ElementsAre(model::Label(std::int64_t{0}), model::Label("1.5")));
  EXPECT_THAT(labels("[false, true]"), ElementsAre(model::Label(std::int64_t{0}), model::Label(std::int64_t{1})));
  EXPECT_THAT(labels("[]"), ElementsAre(model::Label(std::int64_t{0}), model::Label(std::int64_t{1})));
}

TEST(CatBoostReaderTest, GivesClassesThatWereNeverSeenNoChance) {
  const std::string file =
      document(kThreeClasses, loss("MultiClass", R"("class_names": ["a", "z", "b", "c"], "class_to_label": [0, 2, 3])"),
               "[1, [0, 0, 0.5]]");
  EXPECT_THAT(score(file, {0, 0, 0, 0}, Method::decision_function), ElementsAre(1, -kInf, 2, 3.5));
  EXPECT_THAT(score(file, {0, 0, 0, 0}), ElementsAre(3));
  EXPECT_EQ(score(file, {0, 0, 0, 0}, Method::predict_proba)[1], 0);
  const std::string counted =
      document(kThreeClasses, loss("MultiClass", R"("class_names": [], "classes_count": 4)"), "[1, [0, 0, 0]]");
  EXPECT_THAT(score(counted, {0, 0, 0, 0}, Method::decision_function), ElementsAre(1, 2, 3, -kInf));
  const std::string each =
      document(kThreeClasses, loss("MultiClassOneVsAll", R"("class_names": [7, 8, 9])"), "[1, []]");
  EXPECT_EQ(score(each, {0, 0, 0, 0}, Method::predict_proba)[0], 1 / (1 + std::exp(-1.0)));
}

TEST(CatBoostReaderTest, TakesTheRoundsAskedForAndTheBiasWithTheFirst) {
  const std::string trees =
      R"("oblivious_trees": [{"leaf_values": [1], "splits": []}, {"leaf_values": [2], "splits": []}])";
  const std::string file = document(trees, "", "[1, [10]]");
  Options options;
  EXPECT_THAT(score(file, {0, 0, 0, 0}), ElementsAre(13));
  options.iterations = {1, {}, false};
  EXPECT_THAT(score(file, {0, 0, 0, 0}, Method::predict, options), ElementsAre(2));
  options.iterations = {0, 1, false};
  EXPECT_THAT(score(file, {0, 0, 0, 0}, Method::predict, options), ElementsAre(11));
  options.iterations = {0, {}, true};
  EXPECT_THAT(score(file, {0, 0, 0, 0}, Method::predict, options), ElementsAre(13));
  options.iterations = {2, {}, false};
  expect_refused(file, ErrorCode::invalid_argument, "has 2 boosting rounds; none from 2 on", options);
  options.iterations = {1, 1, false};
  expect_refused(file, ErrorCode::invalid_argument, "no boosting rounds are chosen", options);
}

TEST(CatBoostReaderTest, RefusesByNameWhatItDoesNotCarryOut) {
  const auto refused = [](const std::string& member, const std::string& message) {
    std::string file = document(kSymmetric);
    file.replace(file.find("\"cat_features_hash\""), 0, "\"" + member + "\": [{}], ");
    expect_refused(file, ErrorCode::unsupported, message);
  };
  refused("ctrs", "features_info.ctrs");
  refused("ctrs", "statistics of categorical features");
  refused("text_features", "text features");
  refused("embedding_features", "embedding features");
  refused("estimated_features", "estimated features");
  std::string file = document(kSymmetric);
  expect_refused(file.replace(file.find("FloatFeature"), 12, "OnlineCtr"), ErrorCode::unsupported,
                 "oblivious_trees[0].splits[0].split_type");
}

TEST(CatBoostReaderTest, TellsFaultsByTheirPlace) {
  const auto refused = [](std::string file, const std::string& from, const std::string& to, const std::string& message,
                          ErrorCode code = ErrorCode::malformed) {
    const std::size_t at = file.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    expect_refused(file.replace(at, from.size(), to), code, message);
  };
  const std::string symmetric = document(kSymmetric);
  refused(symmetric, "[1, 2, 3, 4]", "[1, 2, 3]", "a tree of 2 levels has 3 leaf values");
  refused(symmetric, "[1, 2, 3, 4]", "[]", "a tree of 2 levels has 0 leaf values");
  refused(symmetric, "[1, 2, 3, 4]", "[1, 2, 3, 4, 1, 2, 3, 4]", "1 biases for 2 margins");
  refused(symmetric, "\"float_feature_index\": 1", "\"float_feature_index\": 9", "float_feature_index 9");
  refused(symmetric, "\"float_feature_index\": 1", "\"x\": 1", "oblivious_trees[0].splits[1]");
  refused(symmetric, "\"border\": 0.5", "\"border\": NaN", "a border is NaN");
  refused(symmetric, "\"flat_feature_index\": 2", "\"flat_feature_index\": 4000000000", "flat_feature_index",
          ErrorCode::too_large);
  refused(symmetric, "\"feature_index\": 1", "\"feature_index\": 0", "a feature_index is there twice");
  refused(symmetric, "\"flat_feature_index\": 2", "\"flat_feature_index\": 0", "two features stand in column 0");
  refused(symmetric, "AsFalse", "AsBefore", "nan_value_treatment", ErrorCode::unsupported);
  refused(symmetric, "\"features_info\"", "\"features\"", "has no features_info");
  refused(symmetric, "\"oblivious_trees\"", "\"trees_\"", "has neither oblivious_trees nor trees");
  refused(symmetric, "[1, [0]]", "[1, [0]], \"trees\": []", "there are trees twice");
  const std::string nested = document(kNested);
  refused(nested, "\"value\": 3", "\"v\": 3", "a node is neither a split");
  refused(nested, "\"value\": 3", "\"value\": [3, 3]", "a leaf has");
  refused(nested, "\"value\": 3", "\"value\": 3, \"value\": 3", "a leaf has two values");
  refused(nested, "\"value\": 3", "\"value\": 3, \"left\": {\"value\": 1}", "a node is neither a split");
  refused(nested, "\"left\": {\"value\": 2}", "\"right\": {\"value\": 2}", "two children on one side");
  refused(document(kOneHot), "\"value\": -784473192", "\"value\": 99999999999", "is no hash of a category");
  refused(document(kThreeClasses, loss("MultiClass", "\"class_to_label\": [0, 1, 1]"), "[1, []]"), "{", "{",
          "class_to_label does not fit the classes");
  expect_refused(document(R"("trees": [])"), ErrorCode::unsupported, "holds no trees");
}

TEST(CatBoostReaderTest, TakesNoMoreDepthThanTheReaderHas) {
  std::string tree;
  for (int i = 0; i < 100000; ++i) tree += "{\"left\": ";
  expect_refused(document("\"trees\": [" + tree), ErrorCode::too_large, "trees[0].left.left");
}

/// Every part that a file can have.
std::string thorough_file() {
  return document(kOneHot,
                  loss("Logloss", R"("class_names": ["n", 1.5], "class_to_label": [0, 1], "classes_count": 0)") +
                      R"(, "binclass_probability_threshold": "0.7")",
                  "[0.5, [1]]");
}

TEST(CatBoostReaderTest, EnduresTruncation) {
  for (const std::string& file : {thorough_file(), document(kNested)}) {
    ASSERT_TRUE(read_model(file, "model"));
    test::endure_truncation(file);
  }
}

TEST(CatBoostReaderTest, EnduresFlippedBits) {
  for (const std::string& file : {thorough_file(), document(kNested)}) test::endure_flipped_bits(file);
}

}  // namespace
}  // namespace pelton::formats::catboost
