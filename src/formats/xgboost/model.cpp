#include "formats/xgboost/model.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/printable.hpp"
#include "formats/document/dialect.hpp"
#include "formats/document/json_reader.hpp"
#include "formats/document/ubjson_reader.hpp"
#include "formats/tree_model.hpp"
#include "formats/xgboost/file_reader.hpp"
#include "formats/xgboost/forest_maker.hpp"
#include "formats/xgboost/objective.hpp"
#include "formats/xgboost/rounds.hpp"
#include "graph/float_linear_step.hpp"

namespace pelton::formats::xgboost {

namespace {

using core::Error;
using core::ErrorCode;
using document::Dialect;

/// The binary form: "binf" and, or without it, 136 bytes of parameters that end in 27 reserved words of
/// zero, and the length and the text of the objective's name.
bool looks_like_binary(std::string_view bytes) noexcept {
  if (bytes.substr(0, 4) == "binf") return true;
  constexpr std::size_t kReserved = 28;
  constexpr std::size_t kParameters = 136;
  constexpr std::uint64_t kLongestName = 64;
  if (bytes.size() < kParameters + sizeof(std::uint64_t) + kLongestName) return false;
  const std::string_view reserved = bytes.substr(kReserved, kParameters - kReserved);
  if (reserved.find_first_not_of('\0') != std::string_view::npos) return false;
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data() + kParameters, sizeof length);
  if (length == 0 || length > kLongestName) return false;
  const std::string_view name = bytes.substr(kParameters + sizeof length, length);
  return name.find(':') != std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

core::Result<File> read_document(std::string_view bytes, const Options& options) {
  if (document::ubjson_dialect(bytes) == Dialect::xgboost) {
    document::UbjsonReader reader(bytes, options.progress);
    return read_file(reader, options.limits);
  }
  document::JsonReader reader(bytes, options.progress);
  return read_file(reader, options.limits);
}

/// Every output's margin before any tree or weight.
core::Result<std::vector<float>> base_margins(const File& file, const Objective& objective) {
  const std::size_t outputs = file.outputs();
  std::vector<float> margins(outputs, 0.5F);
  const bool fitted =
      file.booster.name == "gblinear" ? file.booster.boosted_rounds.value_or(1) != 0 : !file.booster.trees.empty();
  // Before its first round a booster that is to learn its base_score has a stand-in, without a link.
  if (!fitted && file.boost_from_average) return margins;
  const std::vector<float>& scores = file.base_scores;
  if (scores.size() != 1 && scores.size() != outputs) {
    return Error(ErrorCode::malformed, "base_score has " + std::to_string(scores.size()) +
                                           " elements where there are " + std::to_string(outputs) + " outputs");
  }
  for (std::size_t k = 0; k < outputs; ++k) {
    const auto margin = to_margin(objective, scores[scores.size() == 1 ? 0 : k]);
    if (!margin) return margin.error();
    margins[k] = *margin;
  }
  return margins;
}

core::Result<std::vector<model::Feature>> make_features(File& file) {
  const std::size_t count = file.features;
  if (!file.feature_names.empty() && file.feature_names.size() != count) {
    return Error(ErrorCode::malformed, std::to_string(file.feature_names.size()) + " feature_names for " +
                                           std::to_string(count) + " features");
  }
  std::vector<std::vector<std::string>>& categories = file.booster.categories;
  if (!categories.empty() && categories.size() != count) {
    return Error(ErrorCode::malformed, "categories of " + std::to_string(categories.size()) +
                                           " features where there are " + std::to_string(count));
  }
  std::vector<model::Feature> features(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!file.feature_names.empty()) features[i].name = std::move(file.feature_names[i]);
    features[i].type = model::ElementType::float32;
    features[i].takes_missing = true;
    if (!categories.empty() && !categories[i].empty()) {
      features[i].categories = model::make_categories(std::move(categories[i]), false);
    }
  }
  return features;
}

/// All of the model but its margins.
core::Result<TreeModel> make_shell(File& file, const Objective& objective) {
  auto features = make_features(file);
  if (!features) return features.error();
  TreeModel model;
  model.format = "xgboost";
  const bool linear = file.booster.name == "gblinear";
  model.kind = (linear ? "boosted linear model, " : "gradient boosted trees, ") + file.objective;
  model.operations = {file.booster.name};
  model.features = std::move(*features);
  model.type = model::ElementType::float32;
  model.predict = prediction_links(objective);
  model.predict_is_label = objective.response == Response::argmax;
  model.probabilities = probability_links(objective, file.outputs());
  const auto classes = static_cast<std::int64_t>(class_count(objective, file.outputs()));
  for (std::int64_t c = 0; c < classes; ++c) model.classes.emplace_back(c);
  return model;
}

core::Result<LoadedModel> make_linear(TreeModel model, File& file, const std::vector<float>& base,
                                      const Options& options) {
  if (!options.iterations.all()) {
    return Error(ErrorCode::invalid_argument, "gblinear has no boosting rounds to choose");
  }
  std::vector<float>& weights = file.booster.weights;
  const std::size_t outputs = file.outputs();
  if (weights.size() != (file.features + 1) * outputs) {
    return Error(ErrorCode::malformed, std::to_string(weights.size()) + " weights for " +
                                           std::to_string(file.features) + " features and a bias of " +
                                           std::to_string(outputs) + " outputs");
  }
  std::vector<float> start(weights.end() - static_cast<std::ptrdiff_t>(outputs), weights.end());
  // XGBoost takes the first output's base for all (gblinear.cc, PredictBatchInternal).
  for (float& bias : start) bias += base[0];
  weights.resize(file.features * outputs);
  return make_linked_model(std::move(model),
                           graph::make_float_linear(std::move(weights), std::move(start), file.features));
}

core::Result<LoadedModel> make_model(File& file, const Options& options) {
  const auto objective = find_objective(file.objective);
  if (!objective) return Error(ErrorCode::unsupported, "objective '" + core::printable(file.objective) + "'");
  if (file.features == 0) return Error(ErrorCode::malformed, "the model has no features");
  if (file.classes > 1 && file.targets > 1) {
    return Error(ErrorCode::unsupported, "several targets of several classes each");
  }
  const auto base = base_margins(file, *objective);
  if (!base) return base.error();
  auto model = make_shell(file, *objective);
  if (!model) return model.error();
  const std::string& booster = file.booster.name;
  if (booster == "gblinear") return make_linear(std::move(*model), file, *base, options);
  if (booster != "gbtree" && booster != "dart") return Error(ErrorCode::unsupported, "booster '" + booster + "'");
  if (auto checked = check_trees(file); !checked) return checked.error();
  const auto range = choose_trees(file, options.iterations);
  if (!range) return range.error();
  auto forest = make_forest(file, *range, *base);
  if (!forest) return forest.error();
  model->forest = std::move(*forest);
  return make_tree_model(std::move(*model));
}

}  // namespace

bool looks_like_xgboost(std::string_view bytes) noexcept {
  return document::json_dialect(bytes) == Dialect::xgboost || document::ubjson_dialect(bytes) == Dialect::xgboost ||
         looks_like_binary(bytes);
}

core::Result<LoadedModel> read_xgboost_model(std::string_view bytes, const Options& options) {
  if (looks_like_binary(bytes)) {
    return Error(ErrorCode::unsupported,
                 "XGBoost's old binary form; load it with the XGBoost that wrote it (any before 3.1) and save it again "
                 "as .ubj or .json");
  }
  auto file = read_document(bytes, options);
  if (!file) return file.error();
  return make_model(*file, options);
}

}  // namespace pelton::formats::xgboost
