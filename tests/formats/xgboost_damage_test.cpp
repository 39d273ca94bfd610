#include <cmath>

#include "allocation_peak.hpp"
#include "gmock/gmock.h"
#include "xgboost_documents.hpp"

namespace pelton::formats::xgboost::test {
namespace {

using ::testing::HasSubstr;

std::string tree_fault(const TreeText& tree) {
  ModelText text;
  text.trees = {tree};
  return fault(text.json());
}

TEST(XgboostDamage, TreesThatAreNone) {
  TreeText tree = stump(0, "0", "-1", "1");
  tree.left = "[1,-1,-1,-1]";
  EXPECT_THAT(tree_fault(tree), HasSubstr("gradient_booster.model.trees[0]"));
  EXPECT_THAT(tree_fault(tree), HasSubstr("a tree of 4 nodes has 3 right_children"));
  tree.left = "[0,-1,-1]";
  EXPECT_THAT(tree_fault(tree), HasSubstr("node 0: its child 0 has another parent"));
  tree.left = "[2,-1,-1]";
  EXPECT_THAT(tree_fault(tree), HasSubstr("node 0: its child 2 has another parent"));
  tree.left = "[3,-1,-1]";
  EXPECT_THAT(tree_fault(tree), HasSubstr("node 0: its child 3 is not there"));
  tree.left = "[-2,-1,-1]";
  EXPECT_THAT(tree_fault(tree), HasSubstr("node 0: its child -2 is not there"));
  tree = stump(2, "0", "-1", "1");
  EXPECT_THAT(tree_fault(tree), HasSubstr("splits on feature 2 of 2"));
  tree = TreeText{"[]", "[]", "[]", "[]", "[]"};
  EXPECT_THAT(tree_fault(tree), HasSubstr("a tree without nodes"));
  EXPECT_THAT(tree_fault(stump(0, "0", "1", "1", true, R"("tree_param":{"num_nodes":"5"},)")),
              HasSubstr("num_nodes 5 has 3 left_children"));
  // A ring of nodes beside the tree is not reached, and so no matter.
  tree = TreeText{"[-1,2,1]", "[-1,2,1]", "[0,0,0]", "[1,1,1]", "[0,0,0]"};
  EXPECT_EQ(tree_fault(tree), "no fault");
}

TEST(XgboostDamage, CategoriesThatAreNotThere) {
  const auto with = [](const std::string& nodes, const std::string& starts, const std::string& sizes) {
    return tree_fault(stump(0, "0", "-1", "1", true,
                            R"("categories":[1,2,-3],"categories_nodes":)" + nodes + R"(,"categories_segments":)" +
                                starts + R"(,"categories_sizes":)" + sizes + R"(,"split_type":[1,0,0],)"));
  };
  EXPECT_EQ(with("[0]", "[0]", "[2]"), "no fault");
  EXPECT_THAT(with("[0]", "[0]", "[3]"), HasSubstr("node 0: has a negative category"));
  EXPECT_THAT(with("[0]", "[0]", "[4]"), HasSubstr("node 0: its categories are not there"));
  EXPECT_THAT(with("[0]", "[9223372036854775807]", "[1]"), HasSubstr("its categories are not there"));
  EXPECT_THAT(with("[0]", "[1]", "[9223372036854775807]"), HasSubstr("its categories are not there"));
  EXPECT_THAT(with("[0]", "[0]", "[-1]"), HasSubstr("its categories are not there"));
  EXPECT_THAT(with("[0]", "[]", "[]"), HasSubstr("differ in length"));
  EXPECT_THAT(with("[3]", "[0]", "[1]"), HasSubstr("categories_nodes[0] is no node"));
  EXPECT_THAT(with("[1,1]", "[0,1]", "[1,1]"), HasSubstr("categories_nodes[1] is no node, or one named before"));
  // The same categories again and again would be far more than the file holds.
  EXPECT_THAT(with("[0,1]", "[0,0]", "[2,2]"), HasSubstr("its categories are not there"));
}

TEST(XgboostDamage, PartsThatDoNotFit) {
  ModelText text;
  text.tree_info = "[1]";
  EXPECT_THAT(fault(text.json()), HasSubstr("tree_info[0] is 1 where there are 1 outputs"));
  text.tree_info = "[0,0]";
  EXPECT_THAT(fault(text.json()), HasSubstr("1 trees and 2 elements of tree_info"));
  text = ModelText{};
  text.model_more = R"("iteration_indptr":[0,2],)";
  EXPECT_THAT(fault(text.json()), HasSubstr("iteration_indptr does not lead from 0"));
  text.trees = {TreeText{}, TreeText{}};
  text.model_more = R"("iteration_indptr":[0,2,1,2],)";
  EXPECT_THAT(fault(text.json()), HasSubstr("iteration_indptr goes back"));
  text.model_more = R"("gbtree_model_param":{"num_trees":"3"},)";
  EXPECT_THAT(fault(text.json()), HasSubstr("2 trees where num_trees is 3"));
  text = ModelText{};
  text.base_score = R"("[1,2,3]")";
  EXPECT_THAT(fault(text.json()), HasSubstr("base_score has 3 elements where there are 1 outputs"));
  EXPECT_THAT(fault(R"({"learner":{"gradient_booster":[]}})"), HasSubstr("learner.gradient_booster"));
  EXPECT_THAT(fault(R"({"learner":{}} x)"), HasSubstr("something follows the document"));
}

TEST(XgboostDamage, ClaimsBeyondTheLimitsAreRefused) {
  ModelText text;
  text.features = 2'000'000'000;
  EXPECT_THAT(fault(text.json()), HasSubstr("num_feature"));
  text = ModelText{};
  text.classes = 2'000'000'000;
  EXPECT_THAT(fault(text.json()), HasSubstr("num_class"));
  Options options;
  options.limits.trees = 2;
  text = ModelText{};
  text.trees = {TreeText{}, TreeText{}, TreeText{}};
  EXPECT_THAT(fault(text.json(), options), HasSubstr("at most 2"));
  options = Options{};
  options.limits.tree_nodes = 4;
  text.trees = {stump(0, "0", "0", "1"), stump(0, "0", "0", "1")};
  EXPECT_THAT(fault(text.json(), options), HasSubstr("trees[1]"));
}

/// Every kind of part there is, small.
std::string everything() {
  ModelText text;
  const std::string sets =
      R"("categories":[7,2],"categories_nodes":[0],"categories_segments":[0],"categories_sizes":[2],)"
      R"("split_type":[1,0,0],"tree_param":{"num_nodes":"3","size_leaf_vector":"1"},)";
  text.trees = {stump(0, "0", "-1.5", "1", true, sets), stump(1, "0.25", "1", "2")};
  text.objective = "multi:softprob";
  text.classes = 2;
  text.tree_info = "[0,1]";
  text.base_score = R"("[5E-1,2E-1]")";
  text.model_more = R"("cats":{"enc":[{"offsets":[0,1,3],"values":[97,98,99]},{"type":15,"values":[]}]},)"
                    R"("iteration_indptr":[0,2],"weight_drop":[0.5,1],)";
  text.learner_more = R"("attributes":{"best_iteration":"0"},"feature_names":["a","b"],)";
  return text.json();
}

/// A damaged model must be refused, or score like a model; and take no more than 64 MB.
void must_be_harmless(const std::string& bytes) {
  // Apart, so that a sanitizer sees a read beyond the end.
  const auto exact = std::make_unique<char[]>(bytes.size() + 1);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  pelton::test::restart_peak();
  {
    const auto model = load({exact.get(), bytes.size()});
    if (model) {
      const std::vector<double> row((*model)->schema().features.size(), 0.5);
      for (const model::Method method : model::kAllMethods) score(**model, row, method);
    }
  }
  ASSERT_LT(pelton::test::peak_bytes(), std::size_t{64} << 20);
}

TEST(XgboostDamage, TruncationAtEveryByteIsAFault) {
  for (const std::string& whole : {everything(), UbjsonWriter::of(everything())}) {
    EXPECT_EQ(fault(whole), "no fault");
    for (std::size_t n = 0; n < whole.size(); ++n) {
      must_be_harmless(whole.substr(0, n));
      ASSERT_NE(fault(whole.substr(0, n)), "no fault") << n;
    }
  }
}

TEST(XgboostDamage, AFlipOfAnyBitIsHarmless) {
  for (std::string bytes : {everything(), UbjsonWriter::of(everything())}) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const auto mask = static_cast<char>(1 << (bit % 8));
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ mask);
      must_be_harmless(bytes);
      if (HasFatalFailure()) FAIL() << "bit " << bit;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ mask);
    }
  }
}

}  // namespace
}  // namespace pelton::formats::xgboost::test
