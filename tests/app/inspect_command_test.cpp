#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "formats/onnx/graph_writer.hpp"
#include "running.hpp"

namespace pelton::app {
namespace {

using ::testing::HasSubstr;

/// Whether nothing but line feeds is in the text that a terminal would obey.
bool is_harmless(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= '\0' && c < ' ' && c != '\n') || c == 0x7F; });
}

const std::string kModel = R"({"features_info": {
  "float_features": [
    {"feature_id": "a\u001b[2J", "feature_index": 0, "flat_feature_index": 0, "has_nans": false, "borders": [0.5]}],
  "categorical_features": [{"feature_id": "b", "feature_index": 0, "flat_feature_index": 1, "values": [7]}],
  "cat_features_hash": [{"hash": 7, "value": "\u001b]0;red\u0007"}]},
  "model_info": {"params": {"loss_function": {"params": {}, "type": "LOSS"}},
                 "class_params": {"class_label_type": "String", "class_names": ["no\r", "yes\u001b[1m"],
                                  "class_to_label": [0, 1], "classes_count": 0}},
  "oblivious_trees": [{"leaf_values": [1, 2], "splits": [
    {"split_type": "SPLIT", "float_feature_index": 0, "border": 0.5}]}],
  "scale_and_bias": [1, [0]]})";

std::string model_with(const std::string& split, const std::string& loss = "Logloss") {
  std::string text = kModel;
  text.replace(text.find("SPLIT"), 5, split);
  return text.replace(text.find("LOSS"), 4, loss);
}

TEST(Inspect, ShowsNamesThatATerminalDoesNotObey) {
  const Files files;
  const Ran r = run_pelton({"inspect", files.write("m.json", model_with("FloatFeature"))});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_TRUE(is_harmless(r.out)) << r.out;
  EXPECT_THAT(r.out, HasSubstr("a?[2J "));
  EXPECT_THAT(r.out, HasSubstr("1 category: ?]0;red?\n"));
  EXPECT_THAT(r.out, HasSubstr("2: no? yes?[1m\n"));
}

TEST(Inspect, QuotesNamesThatATerminalDoesNotObey) {
  const Files files;
  const std::string xgboost = R"({"learner": {"attributes": {}, "feature_names": [], "feature_types": [],
    "gradient_booster": {"model": {"gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "0"},
    "tree_info": [], "trees": []}, "name": "gbtree"}, "learner_model_param": {"base_score": "5E-1",
    "boost_from_average": "1", "num_class": "0", "num_feature": "1", "num_target": "1"},
    "objective": {"name": "reg\u001b[2J"}}, "version": [2, 1, 0]})";
  const std::string lightgbm =
      "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=0\n"
      "objective=no\x1B[2J\nfeature_names=a\nfeature_infos=none\ntree_sizes=\n\nend of trees\n";
  for (const auto& [name, text, told] : {std::tuple{"c.json", model_with("\\u001b[2J"), "split of type ?[2J is"},
                                         std::tuple{"x.json", xgboost, "objective 'reg?[2J'"},
                                         std::tuple{"l.txt", lightgbm, "\"no?[2J\" is no objective"}}) {
    const Ran r = run_pelton({"inspect", files.write(name, text)});
    EXPECT_EQ(r.code, kFailed);
    EXPECT_TRUE(is_harmless(r.err)) << r.err;
    EXPECT_THAT(r.err, HasSubstr(told));
  }
}

TEST(Inspect, ListsEveryPartThatIsNotCarriedOut) {
  formats::onnx::GraphWriter writer("parts");
  writer.input("x", formats::onnx::DataType::float64, 1);
  std::string from = "x";
  for (int i = 0; i < 30; ++i) {
    const std::string to = "v" + std::to_string(i);
    writer.node({"NoSuch" + std::to_string(i), {from}, {to}, "n" + std::to_string(i)});
    from = to;
  }
  writer.output(from, formats::onnx::DataType::float64, 1);
  const Files files;
  const Ran r = run_pelton({"inspect", files.write("m.onnx", writer.finish(18))});
  EXPECT_EQ(r.code, kFailed);
  for (int i = 1; i < 30; ++i) {
    EXPECT_THAT(r.err, HasSubstr("\n  node \"n" + std::to_string(i) + "\" (NoSuch" + std::to_string(i) + "): "));
  }
}

TEST(Inspect, TellsWhatARowCostsAloneAndInABatch) {
  const Files files;
  const std::string model = files.linear_model();
  EXPECT_THAT(run_pelton({"inspect", model}).out, HasSubstr(" ns a row in a batch, "));
  EXPECT_THAT(run_pelton({"inspect", model, "--json"}).out, HasSubstr("\"ns_one_row\":"));
}

}  // namespace
}  // namespace pelton::app
