#include "formats/catboost/reader.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "formats/catboost/features.hpp"
#include "formats/catboost/layout.hpp"
#include "formats/catboost/model_info.hpp"
#include "formats/catboost/tree_reader.hpp"
#include "formats/document/dialect.hpp"
#include "formats/document/json_reader.hpp"
#include "formats/tree_model.hpp"

namespace pelton::formats::catboost {

namespace {

using core::Error;
using core::ErrorCode;
using document::Kind;
using document::Reader;
using graph::Link;

/// Reads a document and makes a model of it.
class Document {
 public:
  Document(std::string_view bytes, const Options& options)
      : options_(options), reader_(bytes, options.progress), trees_(reader_, options, model_.forest) {}

  core::Result<LoadedModel> read() {
    const Iterations& chosen = options_.iterations;
    if (!chosen.best && chosen.last && *chosen.last <= chosen.first) {
      return Error(ErrorCode::invalid_argument, "no boosting rounds are chosen: from " + std::to_string(chosen.first) +
                                                    " to before " + std::to_string(*chosen.last));
    }
    if (!read_members()) return reader_.error();
    if (auto done = check(); !done) return done.error();
    if (auto done = complete_forest(); !done) return done.error();
    if (auto done = complete_links(); !done) return done.error();
    model_.features = make_features(features_);
    model_.format = "catboost";
    model_.kind = "gradient boosted trees, " + (info_.loss.empty() ? std::string("loss not told") : info_.loss);
    model_.operations.push_back("trees: " + std::to_string(model_.forest.trees.size()));
    if (model_.forest.outputs > 1) model_.operations.push_back("margins: " + std::to_string(model_.forest.outputs));
    if (trees_.one_hot_splits() > 0) {
      model_.operations.push_back("one-hot splits: " + std::to_string(trees_.one_hot_splits()));
    }
    return make_tree_model(std::move(model_));
  }

 private:
  bool read_members() {
    if (!reader_.enter_object()) return false;
    for (std::string_view name; reader_.next_member(name);) {
      if (name == "oblivious_trees" || name == "trees") {
        const bool oblivious = name == "oblivious_trees";
        if (std::exchange(has_trees_, true)) return reader_.fail("there are trees twice");
        if (!(oblivious ? trees_.read_oblivious() : trees_.read_nested())) return false;
      } else if (name == "features_info") {
        if (std::exchange(has_features_, true)) return reader_.fail("is there twice");
        read_features_info(reader_, options_.limits, features_);
      } else if (name == "model_info") {
        read_model_info(reader_, options_.limits, info_);
      } else if (name == "scale_and_bias") {
        read_scale_and_bias();
      } else {
        reader_.skip();
      }
    }
    return reader_.finish();
  }

  /// [scale, [bias, …]], or [scale, bias] in old files.
  bool read_scale_and_bias() {
    if (!reader_.enter_array()) return false;
    if (reader_.next_element()) reader_.read_double(scale_);
    if (reader_.next_element()) {
      if (reader_.kind() == Kind::array) {
        reader_.read_numbers(bias_, options_.limits.classes);
      } else {
        bias_.assign(1, 0.0);
        reader_.read_double(bias_[0]);
      }
    }
    while (reader_.next_element()) reader_.skip();
    return !reader_.failed();
  }

  core::Result<void> check() const {
    if (!has_trees_) return Error(ErrorCode::malformed, "has neither oblivious_trees nor trees");
    if (!has_features_) return Error(ErrorCode::malformed, "has no features_info");
    if (trees_.rounds() == 0) return Error(ErrorCode::unsupported, "holds no trees");
    const std::size_t first = options_.iterations.first;
    if (first == 0 || first < trees_.rounds()) return {};
    return Error(ErrorCode::invalid_argument, "has " + std::to_string(trees_.rounds()) +
                                                  " boosting rounds; none from " + std::to_string(first) + " on");
  }

  core::Result<void> complete_forest() {
    trees::Forest& forest = model_.forest;
    forest.outputs = trees_.width();
    forest.scale = scale_;
    forest.base_first = false;
    if (bias_.empty()) bias_.assign(forest.outputs, 0.0);
    if (bias_.size() != forest.outputs) {
      return Error(ErrorCode::malformed, "scale_and_bias has " + std::to_string(bias_.size()) + " biases for " +
                                             std::to_string(forest.outputs) + " margins");
    }
    // The bias belongs to the first round.
    if (options_.iterations.first > 0) bias_.assign(forest.outputs, 0.0);
    forest.base = bias_;
    return lay_out_columns(forest, features_, trees_.one_hot_splits() > 0);
  }

  core::Result<void> complete_links() {
    const bool several = model_.forest.outputs > 1;
    if (!info_.classifies) {
      if (info_.loss == "Poisson" || info_.loss == "Tweedie") model_.predict = {{Link::lightgbm_exp}};
      if (info_.loss == "RMSEWithUncertainty") {
        if (model_.forest.outputs != 2) return Error(ErrorCode::malformed, "RMSEWithUncertainty has two margins");
        model_.predict = {{Link::catboost_uncertainty}};
      }
      return {};
    }
    if (info_.loss == "MultiLogloss" || info_.loss == "MultiCrossEntropy") {
      model_.predict = {{Link::above, threshold()}};
      model_.probabilities = {{Link::lightgbm_sigmoid}};
      return {};
    }
    return several ? complete_classes() : complete_two_classes();
  }

  /// catboost/libs/helpers/math_utils.h, Logit.
  double threshold() const { return -std::log(1 / info_.threshold - 1); }

  core::Result<void> complete_two_classes() {
    if (info_.class_names.empty()) info_.class_names = {std::int64_t{0}, std::int64_t{1}};
    if (info_.class_names.size() != 2) {
      return Error(ErrorCode::malformed, "has one margin for " + std::to_string(info_.class_names.size()) + " classes");
    }
    model_.classes = info_.class_names;
    model_.predict = {{Link::above, threshold()}};
    model_.predict_is_label = true;
    model_.probabilities = {{Link::lightgbm_sigmoid}, {Link::two_classes}};
    return {};
  }

  core::Result<void> complete_classes() {
    const std::uint32_t width = model_.forest.outputs;
    std::vector<std::uint32_t>& label = info_.class_to_label;
    if (label.empty()) {
      label.resize(width);
      std::iota(label.begin(), label.end(), 0);
    }
    if (label.size() != width) {
      return Error(ErrorCode::malformed, "class_to_label has " + std::to_string(label.size()) + " entries for " +
                                             std::to_string(width) + " margins");
    }
    const std::size_t names = info_.class_names.size();
    const auto classes = static_cast<std::uint32_t>(names != 0 ? names : std::max(width, info_.classes_count));
    if (auto done = lay_out_classes(model_.forest, label, classes); !done) return done;
    model_.classes = std::move(info_.class_names);
    for (std::size_t c = model_.classes.size(); c < classes; ++c) {
      model_.classes.emplace_back(static_cast<std::int64_t>(c));
    }
    model_.predict = {{Link::xgboost_argmax}};
    model_.predict_is_label = true;
    const bool each = info_.loss == "MultiClassOneVsAll";
    model_.probabilities = {{each ? Link::lightgbm_sigmoid : Link::lightgbm_softmax}};
    return {};
  }

  const Options& options_;
  document::JsonReader reader_;
  TreeModel model_;
  TreeReader trees_;
  FeaturesInfo features_;
  ModelInfo info_;
  double scale_ = 1;
  std::vector<double> bias_;
  bool has_trees_ = false;
  bool has_features_ = false;
};

}  // namespace

bool looks_like_catboost(std::string_view bytes) noexcept {
  return document::json_dialect(bytes) == document::Dialect::catboost;
}

core::Result<LoadedModel> read_catboost_model(std::string_view bytes, const Options& options) {
  return Document(bytes, options).read();
}

}  // namespace pelton::formats::catboost
