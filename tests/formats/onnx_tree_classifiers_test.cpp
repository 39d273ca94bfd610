#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "onnx_ensemble.hpp"

/// Tree ensembles of ai.onnx.ml that classify: the special cases of two classes are ONNX Runtime's.
namespace pelton::formats {
namespace {

using model::Method;
using testing::ElementsAre;
using testing::HasSubstr;

Ensemble two_classes(std::int64_t voted, float first, float second) {
  Ensemble trees({{0, 0, "BRANCH_LT", 0, 0, 1, 2}, {0, 1, "LEAF"}, {0, 2, "LEAF"}},
                 {{0, 1, voted, first}, {0, 2, voted, second}}, "class_");
  return trees.set({"classlabels_int64s", Integers{5, 7}});
}

std::vector<double> label_of(const Ensemble& trees, std::vector<double> row) {
  return trees.classifier(2).predict(std::move(row));
}

TEST(OnnxTreeClassifiers, ShowTheComplementOfSharesGivenToOneOfTwoClasses) {
  const Ensemble shares = two_classes(0, 0.25F, 0.75F);
  EXPECT_THAT(shares.scores(2).predict({-1, 0}), ElementsAre(0.75, 0.25));
  EXPECT_THAT(shares.scores(2).predict({1, 0}), ElementsAre(0.25, 0.75));
  EXPECT_THAT(label_of(shares, {-1, 0}), ElementsAre(0));
  EXPECT_THAT(label_of(shares, {1, 0}), ElementsAre(1));
  const auto model = shares.classifier(2).load();
  EXPECT_TRUE((*model)->schema().output(Method::predict_proba));
  EXPECT_FALSE((*model)->schema().output(Method::decision_function));
  EXPECT_EQ((*model)->description().kind, "decision tree, classification");
}

TEST(OnnxTreeClassifiers, MirrorMarginsGivenToOneOfTwoClasses) {
  const Ensemble margins = two_classes(0, -0.25F, 0.75F);
  EXPECT_THAT(margins.scores(2).predict({-1, 0}), ElementsAre(0.25, -0.25));
  EXPECT_THAT(label_of(margins, {-1, 0}), ElementsAre(0));
  EXPECT_THAT(label_of(margins, {1, 0}), ElementsAre(1));
}

TEST(OnnxTreeClassifiers, SquashBothSidesOfAMargin) {
  Ensemble boosted = two_classes(0, -0.25F, 0.75F);
  boosted.set({"post_transform", std::string("LOGISTIC")}).set({"base_values", Floats{0.5F}});
  const double s = 1 / (1 + std::exp(-1.25));
  const auto scores = boosted.scores(2).predict({1, 0});
  EXPECT_NEAR(scores[0], 1 - s, 1e-7);
  EXPECT_NEAR(scores[1], s, 1e-7);
  const auto model = boosted.classifier(2).load();
  ASSERT_TRUE(model);
  ASSERT_TRUE((*model)->schema().output(Method::decision_function));
  double margin = 0;
  const std::vector<double> row{1, 0};
  model::Workspace workspace;
  (*model)->score({row.data(), 1, 2}, Method::decision_function, {&margin, 1, 1}, workspace);
  EXPECT_EQ(margin, 1.25);
}

TEST(OnnxTreeClassifiers, KeepTheSecondClassWhereTheFileGivesItTheWeights) {
  EXPECT_THAT(two_classes(1, 0.25F, 0.75F).scores(2).predict({1, 0}), ElementsAre(0, 0.75));
  EXPECT_THAT(label_of(two_classes(1, 0.25F, 0.75F), {-1, 0}), ElementsAre(0));
  EXPECT_THAT(label_of(two_classes(1, -0.25F, 0.25F), {1, 0}), ElementsAre(1));
}

TEST(OnnxTreeClassifiers, LabelTheTopOfTwoClassesThatBothHaveWeights) {
  Ensemble trees({{0, 0, "LEAF"}}, {{0, 0, 0, 0.75F}, {0, 0, 1, 0.25F}}, "class_");
  trees.set({"classlabels_int64s", Integers{5, 7}});
  EXPECT_THAT(trees.scores(2).predict({0, 0}), ElementsAre(0.75, 0.25));
  EXPECT_THAT(label_of(trees, {0, 0}), ElementsAre(0));
}

TEST(OnnxTreeClassifiers, LabelAmongTheClassesThatARowHasWeightsFor) {
  Ensemble trees({{0, 0, "BRANCH_LT", 0, 0, 1, 2}, {0, 1, "LEAF"}, {0, 2, "LEAF"}},
                 {{0, 1, 0, -3}, {0, 1, 2, -2}, {0, 2, 1, -7}}, "class_");
  trees.set({"classlabels_int64s", Integers{5, 7, 9}});
  const auto label = [&](double x) { return trees.classifier(3).predict({x, 0}); };
  EXPECT_THAT(label(-1), ElementsAre(2));
  EXPECT_THAT(label(1), ElementsAre(1));
  trees.set({"base_values", Floats{0, 1, 0}});  // then all are candidates
  EXPECT_THAT(label(-1), ElementsAre(1));
  EXPECT_THAT(label(1), ElementsAre(0));
}

TEST(OnnxTreeClassifiers, RefuseClassifiersThatAreNotAgreedOn) {
  EXPECT_THAT(two_classes(0, 1, 2).set({"base_values", Floats{1, 2}}).classifier(2).refusal(),
              HasSubstr("2 base values for 2 classes: what they mean is not agreed"));
  EXPECT_THAT(two_classes(1, 1, 2).set({"base_values", Floats{1}}).classifier(2).refusal(), HasSubstr("not agreed"));
  EXPECT_THAT(two_classes(0, 1, 2).set({"classlabels_int64s", Integers{5}}).classifier(1).refusal(),
              HasSubstr("has one class label"));
  EXPECT_THAT(two_classes(0, 1, 2).set({"post_transform", std::string("PROBIT")}).classifier(2).refusal(),
              HasSubstr("PROBIT"));
  Ensemble some({{0, 0, "BRANCH_LT", 0, 0, 1, 2}, {0, 1, "LEAF"}, {0, 2, "LEAF"}}, {{0, 1, 0, 1}, {0, 2, 1, 1}},
                "class_");
  EXPECT_THAT(some.set({"classlabels_int64s", Integers{5, 7}}).classifier(2).refusal(),
              HasSubstr("a class of two in some leaves only"));
  EXPECT_THAT(
      some.set({"classlabels_int64s", Integers{5, 7, 9}}).set({"base_values", Floats{1}}).classifier(3).refusal(),
      HasSubstr("has 1 base values for 3 classes"));
}

}  // namespace
}  // namespace pelton::formats
