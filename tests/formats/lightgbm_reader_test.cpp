#include "formats/lightgbm/reader.hpp"

#include <cmath>
#include <limits>

#include "damage.hpp"

namespace pelton::formats::lightgbm {
namespace {

using core::ErrorCode;
using model::Method;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A file of two features; what stands in the middle is given.
std::string file_of(const std::string& trees, const std::string& objective = "objective=regression\n",
                    const std::string& version = "v4", const std::string& trailer = "") {
  return "tree\nversion=" + version + "\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\n" +
         objective + "feature_names=a b\nfeature_infos=[-1:1] 0:1:2\n\n" + trees + "end of trees\n" + trailer;
}

/// a <= 1.5: leaf 0 (10), otherwise leaf 1 (20); `type` says where missing values go.
std::string stump(int type) {
  return "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=1.5\ndecision_type=" + std::to_string(type) +
         "\nleft_child=-1\nright_child=-2\nleaf_value=10 20\nshrinkage=1\n\n\n";
}

std::string categorical_tree(const std::string& bits = "5 1") {
  return "Tree=0\nnum_leaves=2\nnum_cat=1\nsplit_feature=1\nthreshold=0\ndecision_type=1\nleft_child=-1\n"
         "right_child=-2\nleaf_value=10 20\ncat_boundaries=0 2\ncat_threshold=" +
         bits + "\nshrinkage=1\n\n\n";
}

std::string linear_tree(const std::string& counts = "2 0", const std::string& features = "0 1  ") {
  return "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=1.5\ndecision_type=8\nleft_child=-1\n"
         "right_child=-2\nleaf_value=10 20\nis_linear=1\nleaf_const=0.5 7\nnum_features=" +
         counts + "\nleaf_features=" + features + "\nleaf_coeff=2 3  \nshrinkage=1\n\n\n";
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

TEST(LightGbmReaderTest, GoesLeftUpToTheThreshold) {
  EXPECT_THAT(score(file_of(stump(8)), {1.5, 0}), ElementsAre(10));
  EXPECT_THAT(score(file_of(stump(8)), {std::nextafter(1.5, 2), 0}), ElementsAre(20));
  EXPECT_THAT(score(file_of(stump(8)), {1.5, 0}, Method::leaf), ElementsAre(0));
  EXPECT_THAT(score(file_of(stump(8)), {2, 0}, Method::leaf), ElementsAre(1));
}

TEST(LightGbmReaderTest, SendsMissingValuesWhereTheDecisionTypeSays) {
  EXPECT_THAT(score(file_of(stump(8)), {kNan, 0}), ElementsAre(20));   // NaN, to the right
  EXPECT_THAT(score(file_of(stump(10)), {kNan, 0}), ElementsAre(10));  // NaN, to the left
  EXPECT_THAT(score(file_of(stump(0)), {kNan, 0}), ElementsAre(10));   // none: as 0
  EXPECT_THAT(score(file_of(stump(4)), {kNan, 0}), ElementsAre(20));   // zero, to the right
  EXPECT_THAT(score(file_of(stump(4)), {0, 0}), ElementsAre(20));
  EXPECT_THAT(score(file_of(stump(4)), {-0.0, 0}), ElementsAre(20));
  EXPECT_THAT(score(file_of(stump(6)), {0, 0}), ElementsAre(10));
  EXPECT_THAT(score(file_of(stump(4)), {1, 0}), ElementsAre(10));
  EXPECT_THAT(score(file_of(stump(12)), {kNan, 0}), ElementsAre(10));  // no such type: as none
}

TEST(LightGbmReaderTest, ReadsWhatIsAlmostZeroAsZero) {
  const auto zero = static_cast<double>(1e-35F);
  EXPECT_THAT(score(file_of(stump(4)), {zero, 0}), ElementsAre(20));
  EXPECT_THAT(score(file_of(stump(4)), {-zero, 0}), ElementsAre(20));
  EXPECT_THAT(score(file_of(stump(4)), {std::nextafter(zero, 1), 0}), ElementsAre(10));
  EXPECT_THAT(score(file_of(stump(4)), {std::nextafter(-zero, -1), 0}), ElementsAre(10));
}

TEST(LightGbmReaderTest, LooksCategoriesUpByTheirWholePart) {
  const std::string file = file_of(categorical_tree());  // 0, 2 and 32
  for (const double member : {0.0, 2.0, 2.9, 32.0, -0.5, 1e-40}) {
    EXPECT_THAT(score(file, {0, member}), ElementsAre(10)) << member;
  }
  for (const double other : {1.0, 3.0, 33.0, 64.0, -1.0, -2.0, 1e10, 1e300, -1e300, kNan}) {
    EXPECT_THAT(score(file, {0, other}), ElementsAre(20)) << other;
  }
  EXPECT_THAT(score(file, {0, std::numeric_limits<double>::infinity()}), ElementsAre(20));
}

TEST(LightGbmReaderTest, EvaluatesLinearLeaves) {
  EXPECT_THAT(score(file_of(linear_tree()), {1, 10}), ElementsAre(0.5 + 2 * 1 + 3 * 10));
  EXPECT_THAT(score(file_of(linear_tree()), {1, kNan}), ElementsAre(10));  // the leaf's own value
  EXPECT_THAT(score(file_of(linear_tree()), {2, kNan}), ElementsAre(7));   // nothing is looked at
}

TEST(LightGbmReaderTest, TakesTreesOfOneLeaf) {
  const std::string leaf = "Tree=0\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nthreshold=\nleaf_value=3.25\n\n";
  EXPECT_THAT(score(file_of(leaf + leaf), {0, 0}), ElementsAre(6.5));
  EXPECT_THAT(score(file_of(leaf + leaf), {0, 0}, Method::leaf), ElementsAre(0, 0));
}

TEST(LightGbmReaderTest, ConvertsMarginsByTheObjective) {
  const auto predict = [](const std::string& objective) {
    return score(file_of(stump(8), objective.empty() ? "" : "objective=" + objective + "\n"), {0, 0})[0];
  };
  EXPECT_EQ(predict(""), 10);
  EXPECT_EQ(predict("custom"), 10);
  EXPECT_EQ(predict("regression sqrt"), 100);
  EXPECT_EQ(predict("regression_l1 sqrt"), 100);
  EXPECT_EQ(predict("huber sqrt"), 10);
  EXPECT_EQ(predict("poisson"), std::exp(10.0));
  EXPECT_EQ(predict("gamma"), std::exp(10.0));
  EXPECT_EQ(predict("tweedie tweedie_variance_power:1.5"), std::exp(10.0));
  EXPECT_EQ(predict("binary sigmoid:0.25"), 1 / (1 + std::exp(-2.5)));
  EXPECT_EQ(predict("cross_entropy"), 1 / (1 + std::exp(-10.0)));
  EXPECT_EQ(predict("xentropy"), 1 / (1 + std::exp(-10.0)));
  EXPECT_EQ(predict("cross_entropy_lambda"), std::log1p(std::exp(10.0)));
  EXPECT_EQ(predict("lambdarank"), 10);
  EXPECT_EQ(predict("rank_xendcg"), 10);
}

TEST(LightGbmReaderTest, OffersProbabilitiesOfClassifiers) {
  const std::string file = file_of(stump(8), "objective=binary sigmoid:1\n");
  const double p = score(file, {0, 0})[0];
  EXPECT_THAT(score(file, {0, 0}, Method::predict_proba), ElementsAre(1 - p, p));
  EXPECT_THAT(score(file, {0, 0}, Method::decision_function), ElementsAre(10));
  EXPECT_FALSE((*read_model(file_of(stump(8)), "model"))->schema().output(Method::predict_proba));
}

TEST(LightGbmReaderTest, DealsTreesOutToClasses) {
  std::string file = file_of(stump(8) + stump(8) + stump(8) + stump(8), "objective=multiclass num_class:2\n");
  for (const std::string_view key : {"num_class=1", "num_tree_per_iteration=1"}) {
    file.replace(file.find(key) + key.size() - 1, 1, "2");
  }
  EXPECT_THAT(score(file, {0, 0}, Method::decision_function), ElementsAre(20, 20));
  EXPECT_THAT(score(file, {0, 0}), ElementsAre(0.5, 0.5));
  EXPECT_THAT(score(file, {0, 0}, Method::leaf), ElementsAre(0, 0, 0, 0));
  Options one;
  one.iterations.first = 1;
  EXPECT_THAT(score(file, {0, 0}, Method::decision_function, one), ElementsAre(10, 10));
}

TEST(LightGbmReaderTest, AveragesTheTreesOfAForest) {
  const std::string file = file_of(stump(8) + stump(8) + stump(8), "objective=regression\naverage_output\n");
  EXPECT_THAT(score(file, {0, 0}, Method::decision_function), ElementsAre(30));
  EXPECT_THAT(score(file, {0, 0}), ElementsAre(10));
  Options two;
  two.iterations.last = 2;
  EXPECT_THAT(score(file, {0, 0}, Method::decision_function, two), ElementsAre(20));
  EXPECT_THAT(score(file, {0, 0}, Method::predict, two), ElementsAre(10));
}

TEST(LightGbmReaderTest, TakesTheRoundsAskedFor) {
  const std::string file = file_of(stump(8) + stump(8));
  Options options;
  options.iterations = {1, 9, false};
  EXPECT_THAT(score(file, {0, 0}, Method::predict, options), ElementsAre(10));
  options.iterations = {0, {}, true};
  EXPECT_THAT(score(file, {0, 0}, Method::predict, options), ElementsAre(20));
  options.iterations = {2, {}, false};
  expect_refused(file, ErrorCode::invalid_argument, "has 2 boosting rounds; none from 2 on", options);
  options.iterations = {1, 1, false};
  expect_refused(file, ErrorCode::invalid_argument, "no boosting rounds are chosen", options);
}

TEST(LightGbmReaderTest, ReadsEveryVersionAndLineEnd) {
  std::string old = file_of(stump(8), "objective=regression\n", "v2");
  old.replace(old.find("end of trees"), 12, "\nfeature importances:\na=1");
  EXPECT_THAT(score(old, {0, 0}), ElementsAre(10));
  EXPECT_THAT(score(file_of(stump(8), "objective=regression\n", "v3"), {0, 0}), ElementsAre(10));
  std::string windows;
  for (const char c : file_of(stump(8))) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_THAT(score(windows, {0, 0}), ElementsAre(10));
}

TEST(LightGbmReaderTest, NamesPandasCategories) {
  const auto with = [](const std::string& line) {
    return file_of(stump(8), "", "v4", "\npandas_categorical:" + line + "\n");
  };
  const auto model = read_model(with(R"([["x", "\u0177 z", "w"]])"), "model");
  ASSERT_TRUE(model) << model.error().message();
  const auto& features = (*model)->schema().features;
  EXPECT_EQ(features[0].name, "a");
  EXPECT_EQ(features[0].categories, nullptr);
  ASSERT_NE(features[1].categories, nullptr);
  EXPECT_EQ(features[1].categories->number("ŷ z"), 1);
  EXPECT_TRUE(std::isnan(*features[1].categories->number("unknown")));
  const auto names = [&](const std::string& line) {
    const auto other = read_model(with(line), "model");
    EXPECT_TRUE(other) << other.error().message();
    const auto& categories = (*other)->schema().features[1].categories;
    return categories ? categories->names() : std::vector<std::string>();
  };
  EXPECT_THAT(names("[[-3, 10, 20]]"), ElementsAre("-3", "10", "20"));
  EXPECT_THAT(names("[[1.5, 2.0, 1e+20]]"), ElementsAre("1.5", "2.0", "1e+20"));
  EXPECT_THAT(names("[[false, true, 2]]"), ElementsAre("false", "true", "2"));
  EXPECT_THAT(names("null"), ElementsAre());
  EXPECT_THAT(names("[[\"x\", \"y\"]]"), ElementsAre());        // fewer than the codes seen in training
  EXPECT_THAT(names("[[\"1\", 1, 2]]"), ElementsAre());         // two of one name
  EXPECT_THAT(names("[[0, 1, 2], [0, 1, 2]]"), ElementsAre());  // more columns than can be
  expect_refused(with("[[\"x\", "), ErrorCode::malformed, "pandas_categorical");
  expect_refused(with("[[null]]"), ErrorCode::malformed, "a category is a string, a number or a boolean");
  expect_refused(with("[\"x\"]"), ErrorCode::malformed, "pandas_categorical");
}

TEST(LightGbmReaderTest, TellsFaultsByLineAndKey) {
  const auto refused = [](std::string trees, const std::string& from, const std::string& to,
                          const std::string& message) {
    const std::size_t at = trees.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    expect_refused(file_of(trees.replace(at, from.size(), to)), ErrorCode::malformed, message);
  };
  refused(stump(8), "threshold=1.5", "threshold=1.5 2", "line 15, threshold: has more numbers, not the 1");
  refused(stump(8), "threshold=1.5", "threshold=", "line 15, threshold: has 0 numbers, not the 1");
  refused(stump(8), "threshold=1.5", "threshold=1.x", "line 15, threshold: \"1.x\" is not a number");
  refused(stump(8), "threshold=1.5", "threshold=nan", "line 15, threshold: one is NaN");
  refused(stump(8), "threshold=1.5", "threshold=1e999", "line 15, threshold: \"1e999\" is not a number");
  refused(stump(8), "threshold=1.5\n", "", "line 11, Tree: tree \"0\" has no threshold");
  refused(stump(8), "threshold=1.5", "threshold=1.5\nthreshold=1.5", "line 16, threshold: is there twice, on line 15");
  refused(stump(8), "split_feature=0", "split_feature=2", "line 14, split_feature: 2 is none of 2 features");
  refused(stump(8), "split_feature=0", "split_feature=-1", "line 14, split_feature: -1 is none of 2 features");
  refused(stump(8), "left_child=-1", "left_child=-3", "line 17, left_child: -3 is no child in a tree of 2 leaves");
  refused(stump(8), "left_child=-1", "left_child=1", "line 17, left_child: 1 is no child in a tree of 2 leaves");
  refused(stump(8), "left_child=-1", "left_child=-2147483648", "left_child: -2147483648 is no child");
  refused(stump(8), "left_child=-1", "left_child=0", "has another parent");
  refused(stump(8), "left_child=-1", "left_child=-2", "has another parent");
  refused(stump(8), "decision_type=8", "decision_type=999", "line 16, decision_type: 999 is no decision type");
  refused(stump(8), "num_leaves=2", "num_leaves=2000000000", "line 19, leaf_value: has fewer numbers");
  refused(stump(8), "num_leaves=2", "num_leaves=0", "line 12, num_leaves: \"0\" is no number from 1");
  refused(categorical_tree(), "threshold=0", "threshold=1", "threshold: 1.000000 is none of 1 sets");
  refused(categorical_tree(), "threshold=0", "threshold=-1e308", "is none of 1 sets");
  refused(categorical_tree(), "cat_boundaries=0 2", "cat_boundaries=0 3",
          "cat_threshold: has fewer numbers, not the 3");
  refused(categorical_tree(), "cat_boundaries=0 2", "cat_boundaries=2 0", "cat_boundaries: does not rise from 0");
  refused(linear_tree("3 0"), "is_linear", "is_linear", "leaf_features: has 2 numbers, not the 3");
  refused(linear_tree("4000000000 4000000000"), "is_linear", "is_linear", "leaf_features: has fewer numbers");
  refused(linear_tree("2 0", "0 2"), "is_linear", "is_linear", "leaf_features: 2 is none of 2 features");
}

TEST(LightGbmReaderTest, TellsFaultsOfTheHeader) {
  const auto refused = [](const std::string& from, const std::string& to, const std::string& message,
                          ErrorCode code = ErrorCode::malformed) {
    std::string file = file_of(stump(8));
    const std::size_t at = file.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    expect_refused(file.replace(at, from.size(), to), code, message);
  };
  refused("version=v4\n", "", "has no version before its first tree");
  refused("version=v4", "version=v9", "line 2, version: \"v9\" is none of v2, v3, v4", ErrorCode::unsupported);
  refused("max_feature_idx=1", "max_feature_idx=2", "feature_names: has 2 entries for 3 features");
  refused("max_feature_idx=1", "max_feature_idx=4000000000", "more features than", ErrorCode::too_large);
  refused("feature_names=a b", "feature_names=a a", "two features are called \"a\"");
  refused("feature_names=a b", "feature_names=a \xff", "a name is not UTF-8");
  refused("num_class=1", "num_class=0", "num_class: \"0\" is no number from 1");
  refused("per_iteration=1", "per_iteration=2", "line 7, objective: takes 1 margins, and the trees give 2");
  refused("regression", "nonsense", "\"nonsense\" is no objective that Pelton knows", ErrorCode::unsupported);
  refused("regression", "binary", "objective: does not say its sigmoid");
  refused("regression", "binary sigmoid:-1", "\"sigmoid:-1\" is no number above 0");
  refused("regression", "multiclass num_class:3", "takes 3 margins, and the trees give 1");
}

TEST(LightGbmReaderTest, TakesNoFileThatWasCutShortForASmallerModel) {
  const std::string whole = file_of(stump(8) + stump(8));
  expect_refused(whole.substr(0, whole.find("end of trees")), ErrorCode::malformed, "ends after 2 trees");
  std::string sizes = whole;
  sizes.insert(sizes.find("feature_infos"), "tree_sizes=9 9 9\n");
  expect_refused(sizes, ErrorCode::malformed, "tree_sizes announces 3 trees, and there are 2");
  expect_refused(file_of(""), ErrorCode::unsupported, "holds no trees");
  expect_refused(file_of(stump(8), "", "v4", "parameters:\n[a: b]\n"), ErrorCode::malformed, "within its parameters");
}

TEST(LightGbmReaderTest, KeepsToTheLimits) {
  Options options;
  options.limits.trees = 1;
  expect_refused(file_of(stump(8) + stump(8)), ErrorCode::too_large, "more than 1 trees", options);
  options.limits = {};
  options.limits.tree_nodes = 5;
  expect_refused(file_of(stump(8) + stump(8)), ErrorCode::too_large, "more than 5 splits and leaves", options);
  options.limits.tree_nodes = 3;
  expect_refused(file_of(categorical_tree("255 0")), ErrorCode::too_large, "more than 3 categories", options);
}

TEST(LightGbmReaderTest, TellsItsProgress) {
  std::string trees;
  for (int i = 0; i < 1000; ++i) trees += stump(8);
  std::vector<double> told;
  Options options;
  options.progress = [&](double share) { told.push_back(share); };
  ASSERT_TRUE(read_model(file_of(trees), "model", options));
  EXPECT_GT(told.size(), 50U);
  EXPECT_LT(told.size(), 300U);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_LE(told.back(), 1.0);
}

/// Every part that a file can have.
std::string thorough_file() {
  return file_of(
      categorical_tree() + linear_tree() + stump(6), "objective=binary sigmoid:0.5\n", "v4",
      "\nparameters:\n[categorical_feature: 1]\nend of parameters\n\npandas_categorical:[[\"x\", 1, true]]\n");
}

TEST(LightGbmReaderTest, EnduresTruncation) {
  ASSERT_TRUE(read_model(thorough_file(), "model"));
  test::endure_truncation(thorough_file());
}

TEST(LightGbmReaderTest, EnduresFlippedBits) { test::endure_flipped_bits(thorough_file()); }

}  // namespace
}  // namespace pelton::formats::lightgbm
