#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "xgboost_documents.hpp"

namespace pelton::formats::xgboost::test {
namespace {

using model::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

double as_float(float x) { return static_cast<double>(x); }

ModelText with_trees(std::vector<TreeText> trees) {
  ModelText text;
  text.trees = std::move(trees);
  return text;
}

TEST(XgboostModel, SumsInFloatFromTheBaseOn) {
  // In double, or with the base last, the small leaf would not be lost.
  const ModelText text = with_trees({stump(0, "1.5", "1e8", "-1e8"), stump(1, "0", "3.0", "1.0")});
  EXPECT_THAT(score(text, {1, -1}), ElementsAre(as_float((0.5F + 1e8F) + 3.0F)));
  EXPECT_THAT(score(text, {2, 1}), ElementsAre(as_float((0.5F - 1e8F) + 1.0F)));
}

TEST(XgboostModel, ComparesInFloatAndStrictly) {
  const ModelText text = with_trees({stump(0, "0.1", "-1", "1")});
  EXPECT_THAT(score(text, {as_float(std::nextafter(0.1F, 0.0F)), 0}), ElementsAre(-0.5));
  EXPECT_THAT(score(text, {as_float(0.1F), 0}), ElementsAre(1.5));
  EXPECT_THAT(score(text, {0.1, 0}), ElementsAre(1.5));           // rounds up to the threshold
  EXPECT_THAT(score(text, {0.0999999999, 0}), ElementsAre(1.5));  // and so does this
  EXPECT_THAT(score(text, {-kInf, 0}), ElementsAre(-0.5));
  EXPECT_THAT(score(text, {kInf, 0}), ElementsAre(1.5));
}

TEST(XgboostModel, SendsMissingValuesTheDefaultWay) {
  EXPECT_THAT(score(with_trees({stump(0, "0", "-1", "1", true)}), {kNan, 0}), ElementsAre(-0.5));
  EXPECT_THAT(score(with_trees({stump(0, "0", "-1", "1", false)}), {kNan, 0}), ElementsAre(1.5));
}

TEST(XgboostModel, NoValueIsLessThanANanThreshold) {
  const ModelText text = with_trees({stump(0, "NaN", "-1", "1", true)});
  EXPECT_THAT(score(text, {-kInf, 0}), ElementsAre(1.5));
  EXPECT_THAT(score(text, {kNan, 0}), ElementsAre(-0.5));
}

TEST(XgboostModel, LeavesKeepTheirNumbersPastDeletedNodes) {
  // Nodes 1 and 2 are left over from pruning.
  const TreeText pruned{"[3,-1,-1,-1,-1]", "[4,-1,-1,-1,-1]", "[1,2147483647,2147483647,0,0]", "[0,9,9,-1,1]",
                        "[true,true,true,false,false]"};
  const ModelText text = with_trees({pruned, TreeText{}});
  EXPECT_THAT(score(text, {0, -1}, Method::leaf), ElementsAre(3, 0));
  EXPECT_THAT(score(text, {0, 1}, Method::leaf), ElementsAre(4, 0));
  EXPECT_THAT(score(text, {0, 1}), ElementsAre(1.75));
}

TEST(XgboostModel, TreesStandInTheOrderOfTheirIds) {
  ModelText text = with_trees({TreeText{}, TreeText{}});
  text.trees[0].condition = "[1]";
  text.trees[1].condition = "[2]";
  text.classes = 2;
  text.objective = "multi:softprob";
  text.tree_info = "[0,1]";
  std::string json = text.json();
  EXPECT_THAT(score(**load(json), {0, 0}), ElementsAre(1.5, 2.5));
  json.replace(json.find("\"id\":0"), 6, "\"id\":1");
  EXPECT_THAT(fault(json), HasSubstr("two trees of id 1"));
  json.replace(json.rfind("\"id\":1"), 6, "\"id\":0");
  EXPECT_THAT(score(**load(json), {0, 0}), ElementsAre(2.5, 1.5));
}

TEST(XgboostModel, ClassesEachHaveTheirTrees) {
  ModelText text = with_trees({stump(0, "0", "0.5", "-0.5"), stump(0, "0", "1.5", "0"), stump(1, "0", "0", "0.75")});
  text.objective = "multi:softprob";
  text.classes = 3;
  text.tree_info = "[0,1,2]";
  const std::vector<double> margins = score(text, {-1, 1});
  EXPECT_THAT(margins, ElementsAre(1.0, 2.0, 1.25));
  const std::vector<double> shares = score(text, {-1, 1}, Method::predict);
  EXPECT_EQ(shares, score(text, {-1, 1}, Method::predict_proba));
  EXPECT_NEAR(shares[1], std::exp(1) / (1 + std::exp(1) + std::exp(0.25)), 1e-7);
  text.objective = "multi:softmax";
  EXPECT_THAT(score(text, {-1, 1}, Method::predict), ElementsAre(1));
  const auto loaded = load(text.json());
  EXPECT_EQ((*loaded)->schema().classes.size(), 3U);
  EXPECT_TRUE((*loaded)->schema().output(Method::predict)->labelled);
}

TEST(XgboostModel, DartWeighsTreesWhereverItsWeightsStand) {
  // 0.1 · 3 rounds up in float; folded in double it would not.
  const ModelText trees = with_trees({stump(0, "0", "0.1", "0.2"), stump(0, "0", "0.7", "0.3")});
  const double expected = as_float((0.5F + 0.1F * 3.0F) + 0.7F * 0.4F);
  ModelText dart;
  dart.booster = R"({"gbtree":)" + trees.gbtree() + R"(,"name":"dart","weight_drop":[3,0.4]})";
  EXPECT_THAT(score(dart, {-1, 0}), ElementsAre(expected));
  ModelText within = trees;
  within.model_more = R"("weight_drop":[3,0.4],)";
  EXPECT_THAT(score(within, {-1, 0}), ElementsAre(expected));
  within.model_more = R"("weight_drop":[],)";
  EXPECT_THAT(score(within, {-1, 0}), ElementsAre(as_float(0.5F + 0.1F + 0.7F)));
  within.model_more = R"("weight_drop":[1],)";
  EXPECT_THAT(fault(within.json()), HasSubstr("2 trees and 1 elements of weight_drop"));
  dart.booster = R"({"gbtree":)" + trees.gbtree() + R"(,"name":"dart"})";
  EXPECT_THAT(fault(dart.json()), HasSubstr("2 trees and 0 elements of weight_drop"));
}

TEST(XgboostModel, LinearBoosterSumsInTheOrderOfTheFeatures) {
  ModelText text;
  text.booster = R"({"model":{"boosted_rounds":3,"weights":[1e8,1.5,-1e8,0.25]},"name":"gblinear"})";
  text.features = 3;
  EXPECT_THAT(score(text, {1, 2, 1}), ElementsAre(as_float(((0.25F + 0.5F + 1e8F) + 3.0F) - 1e8F)));
  EXPECT_THAT(score(text, {kNan, 2, kNan}), ElementsAre(3.75));
  EXPECT_TRUE(score(text, {1, 2, 1}, Method::leaf).empty());
  text.features = 2;
  EXPECT_THAT(fault(text.json()), HasSubstr("4 weights for 2 features and a bias of 1 outputs"));
  text.features = 1;
  text.classes = 2;
  text.objective = "multi:softprob";
  EXPECT_THAT(score(text, {2}), ElementsAre(as_float((-1e8F + 0.5F) + 2e8F), 3.75));
}

TEST(XgboostModel, VectorLeavesOfBothForms) {
  ModelText text = with_trees({stump(0, "0", "0", "0")});
  text.targets = 2;
  text.base_score = R"("[1,2]")";
  text.trees[0].more = R"("tree_param":{"size_leaf_vector":"2"},)";
  EXPECT_THAT(fault(text.json()), HasSubstr("base_weights do not fit leaves of size_leaf_vector 2"));
  // Since 3.1: a leaf's right child is its place in leaf_weights.
  text.trees[0].right = "[2,1,0]";
  text.trees[0].more += R"("leaf_weights":[10,20,30,40],)";
  EXPECT_THAT(score(text, {-1, 0}), ElementsAre(31, 42));
  EXPECT_THAT(score(text, {1, 0}), ElementsAre(11, 22));
  EXPECT_THAT(score(text, {1, 0}, Method::leaf), ElementsAre(2));
  text.trees[0].right = "[2,2,0]";
  EXPECT_THAT(fault(text.json()), HasSubstr("trees[0]"));
  EXPECT_THAT(fault(text.json()), HasSubstr("node 1: its leaf_weights are not there"));
  // Before: base_weights holds every node's.
  std::string json = with_trees({stump(0, "0", "0", "0")}).json();
  text.trees[0] = stump(0, "0", "0", "0");
  text.trees[0].more = R"("tree_param":{"size_leaf_vector":"2"},)";
  json = text.json();
  const std::string none = R"("base_weights":[])";
  json.replace(json.find(none), none.size(), R"("base_weights":[9,9,10,20,30,40])");
  EXPECT_THAT(score(**load(json), {-1, 0}), ElementsAre(11, 22));
  EXPECT_THAT(score(**load(json), {1, 0}), ElementsAre(31, 42));
  text.targets = 3;
  json.replace(json.find(R"("num_target":"2")"), 16, R"("num_target":"3")");
  json.replace(json.find("[1,2]"), 5, "[1]");
  EXPECT_THAT(fault(json), HasSubstr("leaves of 2 values where there are 3 outputs"));
}

TEST(XgboostModel, CategoriesOfTheSetGoRight) {
  const std::string sets =
      R"("categories":[7,2,16777216],"categories_nodes":[0],"categories_segments":[0],"categories_sizes":[3],)"
      R"("split_type":[1,0,0],)";
  const ModelText text = with_trees({stump(0, "0", "-1", "1", true, sets)});
  const auto value = [&](double x) { return score(text, {x, 0})[0] - 0.5; };
  EXPECT_EQ(value(2), 1);
  EXPECT_EQ(value(7), 1);
  EXPECT_EQ(value(2.9), 1);  // towards zero
  EXPECT_EQ(value(3), -1);
  EXPECT_EQ(value(-2), -1);
  EXPECT_EQ(value(16777216), -1);  // beyond what a float counts exactly
  EXPECT_EQ(value(kInf), -1);
  EXPECT_EQ(value(kNan), -1);
  EXPECT_EQ(score(with_trees({stump(0, "0", "-1", "1", false, sets)}), {kNan, 0})[0], 1.5);
  // A split of categories without a set sends all left.
  EXPECT_EQ(score(with_trees({stump(0, "0", "-1", "1", false, R"("split_type":[1,0,0],)")}), {0, 0})[0], -0.5);
}

TEST(XgboostModel, FeaturesHaveTheirNamesAndCategories) {
  ModelText text;
  text.learner_more = R"("feature_names":["colour","size"],"feature_types":["c","c"],)";
  text.model_more =
      R"("cats":{"enc":[{"offsets":[0,3,5],"values":[114,101,100,-61,-92]},{"type":15,"values":[40,-3]}],)"
      R"("feature_segments":[0,2,4],"sorted_idx":[0,1,0,1]},)";
  for (const std::string& bytes : {text.json(), UbjsonWriter::of(text.json())}) {
    const auto loaded = load(bytes);
    ASSERT_TRUE(loaded) << loaded.error().message();
    const std::vector<model::Feature>& features = (*loaded)->schema().features;
    EXPECT_EQ(features[0].name, "colour");
    EXPECT_EQ(features[0].type, model::ElementType::float32);
    EXPECT_TRUE(features[0].takes_missing);
    EXPECT_EQ(features[0].categories->number("red"), 0.0);
    EXPECT_EQ(features[0].categories->number("ä"), 1.0);
    EXPECT_EQ(features[0].categories->number("blue"), std::nullopt);
    EXPECT_EQ(features[1].categories->number("-3"), 1.0);
  }
  text.features = 3;
  EXPECT_THAT(fault(text.json()), HasSubstr("2 feature_names for 3 features"));
  text.learner_more = "";
  EXPECT_THAT(fault(text.json()), HasSubstr("categories of 2 features where there are 3"));
}

TEST(XgboostModel, BaseScoresInEverySpelling) {
  ModelText text;
  for (const char* spelling : {R"("1.5E0")", "1.5", R"("[1.5]")", R"x("(1.5)")x", "[1.5]", R"(" [ 1.5E0 ] ")"}) {
    text.base_score = spelling;
    EXPECT_THAT(score(text, {0, 0}), ElementsAre(1.75)) << spelling;
  }
  for (const char* spelling : {R"("")", R"("one")", R"("[1,2")", R"("[1,2]")", R"("1e39")", "null", R"("NaN")"}) {
    text.base_score = spelling;
    EXPECT_NE(fault(text.json()), "no fault") << spelling;
  }
  text.base_score = R"("1.5x")";
  EXPECT_THAT(fault(text.json()), HasSubstr("learner.learner_model_param.base_score"));
}

struct Response {
  const char* objective;
  float margin;   // that a base_score of 0.7 has
  double answer;  // to a margin of base + 0.25
};

TEST(XgboostModel, EveryObjectivesLinks) {
  const float logit = 0.8472978F;
  const float log = -0.35667497F;
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (const Response& expected : {
           Response{"reg:squarederror", 0.7F, 0.95},
           Response{"reg:linear", 0.7F, 0.95},
           Response{"reg:squaredlogerror", 0.7F, 0.95},
           Response{"reg:pseudohubererror", 0.7F, 0.95},
           Response{"reg:absoluteerror", 0.7F, 0.95},
           Response{"reg:quantileerror", 0.7F, 0.95},
           Response{"reg:logistic", logit, sigmoid(0.8472978 + 0.25)},
           Response{"binary:logistic", logit, sigmoid(0.8472978 + 0.25)},
           Response{"binary:logitraw", 0.7F, 0.95},
           Response{"binary:hinge", 0.7F, 1},
           Response{"reg:gamma", log, 0.7 * std::exp(0.25)},
           Response{"reg:tweedie", log, 0.7 * std::exp(0.25)},
           Response{"count:poisson", log, 0.7 * std::exp(0.25)},
           Response{"survival:cox", log, 0.7 * std::exp(0.25)},
           Response{"survival:aft", log, 0.7 * std::exp(0.25)},
           Response{"rank:pairwise", 0.7F, 0.95},
           Response{"rank:ndcg", 0.7F, 0.95},
           Response{"rank:map", 0.7F, 0.95},
       }) {
    ModelText text;
    text.objective = expected.objective;
    text.base_score = R"("7E-1")";
    EXPECT_THAT(score(text, {0, 0}), ElementsAre(as_float(expected.margin + 0.25F))) << expected.objective;
    EXPECT_NEAR(score(text, {0, 0}, Method::predict)[0], expected.answer, 2e-7) << expected.objective;
    EXPECT_EQ(score(text, {0, 0}, Method::predict_proba).empty(),
              std::string_view(expected.objective) != "binary:logistic");
  }
}

TEST(XgboostModel, BinaryClassifiersHaveTwoProbabilities) {
  ModelText text;
  text.objective = "binary:logistic";
  const double p = score(text, {0, 0}, Method::predict)[0];
  EXPECT_THAT(score(text, {0, 0}, Method::predict_proba), ElementsAre(as_float(1.0F - static_cast<float>(p)), p));
  text.targets = 2;  // one probability a label
  EXPECT_EQ(score(text, {0, 0}, Method::predict_proba), score(text, {0, 0}, Method::predict));
  text.base_score = R"("1.5")";
  EXPECT_THAT(fault(text.json()), HasSubstr("which binary:logistic does not take"));
}

TEST(XgboostModel, AModelWithoutTreesGivesItsBase) {
  ModelText text = with_trees({});
  text.objective = "count:poisson";
  text.base_score = R"("1.0")";
  EXPECT_THAT(score(text, {0, 0}), ElementsAre(0.0));
  std::string json = text.json();
  json.replace(json.find("\"num_class\""), 0, R"("boost_from_average":"1",)");
  EXPECT_THAT(score(**load(json), {0, 0}), ElementsAre(0.5));  // as XGBoost has it until the first round
}

TEST(XgboostModel, ScoresTheRoundsAskedFor) {
  ModelText text = with_trees({TreeText{}, TreeText{}, TreeText{}, TreeText{}});
  for (std::size_t t = 0; t < 4; ++t) text.trees[t].condition = "[" + std::to_string(1 << t) + "]";
  text.base_score = "0";
  const auto rounds = [&](std::size_t first, std::optional<std::size_t> last, bool best = false) {
    Options options;
    options.iterations = {first, last, best};
    return options;
  };
  const auto total = [&](const Options& options) { return score(text, {0, 0}, Method::decision_function, options)[0]; };
  EXPECT_EQ(total(rounds(0, 2)), 3);
  EXPECT_EQ(total(rounds(1, 3)), 6);
  EXPECT_EQ(total(rounds(2, std::nullopt)), 12);
  EXPECT_EQ(total(rounds(1, 0)), 14);
  EXPECT_EQ(total(rounds(1, 99)), 14);
  EXPECT_EQ(score(text, {0, 0}, Method::leaf, rounds(1, 3)).size(), 2U);
  text.model_more = R"("iteration_indptr":[0,3,4],)";
  EXPECT_EQ(total(rounds(0, 1)), 7);
  EXPECT_EQ(total(rounds(1, 2)), 8);
  text.learner_more = R"("attributes":{"best_iteration":"0","best_score":"1"},)";
  EXPECT_EQ(total(rounds(0, std::nullopt, true)), 7);
  EXPECT_EQ(total(rounds(0, 1, true)), 7);
}

TEST(XgboostModel, RefusesRoundsThatAreNotThere) {
  Options options;
  options.iterations.first = 1;
  EXPECT_THAT(fault(ModelText{}.json(), options), HasSubstr("no rounds from 1 up to 1: the model has 1"));
  options.iterations = {0, std::nullopt, true};
  EXPECT_THAT(fault(ModelText{}.json(), options), HasSubstr("no best_iteration"));
  ModelText text;
  text.learner_more = R"("attributes":{"best_iteration":"many"},)";
  EXPECT_EQ(fault(text.json()), "no fault");  // not asked for
  EXPECT_THAT(fault(text.json(), options), HasSubstr("best_iteration is 'many'"));
  text.booster = R"({"model":{"weights":[1,1,1]},"name":"gblinear"})";
  EXPECT_THAT(fault(text.json(), options), HasSubstr("gblinear has no boosting rounds"));
}

TEST(XgboostModel, MembersStandInAnyOrder) {
  const std::string json = R"({"version":[1,0,0],"learner":{"objective":{"name":"reg:squarederror"},
    "learner_model_param":{"num_feature":"2","num_class":"0","base_score":"0.500000"},
    "gradient_booster":{"name":"gbtree","model":{"trees":[{"tree_param":{"size_leaf_vector":"0","num_nodes":"3"},
    "split_indices":[1,0,0],"split_conditions":[0.5,-1,1],"right_children":[2,-1,-1],"left_children":[1,-1,-1],
    "default_left":[false,false,false]}],"tree_info":[0],
    "gbtree_model_param":{"num_trees":"1","num_parallel_tree":"1"}}},"attributes":{}}})";
  EXPECT_THAT(score(**load(json), {0, 0.25}), ElementsAre(-0.5));
}

TEST(XgboostModel, RefusesWhatItDoesNotReadByName) {
  ModelText text;
  text.objective = "reg:mine";
  EXPECT_THAT(fault(text.json()), HasSubstr("objective 'reg:mine'"));
  text = ModelText{};
  text.booster = R"({"model":{},"name":"gbforest"})";
  EXPECT_THAT(fault(text.json()), HasSubstr("booster 'gbforest'"));
  EXPECT_THAT(fault(R"({"Config":{},"Model":{}})"), HasSubstr("save the model with save_model"));
  EXPECT_THAT(fault("binf" + std::string(200, '\0')), HasSubstr("XGBoost's old binary form"));
  std::string old(136, '\0');
  old += '\x10' + std::string(7, '\0') + "reg:squarederror" + std::string(64, '\1');
  EXPECT_THAT(fault(old), HasSubstr("save it again as .ubj or .json"));
  text = ModelText{};
  text.classes = 2;
  text.targets = 2;
  EXPECT_THAT(fault(text.json()), HasSubstr("several targets of several classes"));
  text.features = 0;
  EXPECT_THAT(fault(text.json()), HasSubstr("no features"));
}

}  // namespace
}  // namespace pelton::formats::xgboost::test
