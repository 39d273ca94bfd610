#include "formats/lightgbm/reader.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "formats/lightgbm/header.hpp"
#include "formats/lightgbm/lines.hpp"
#include "formats/lightgbm/pandas_categories.hpp"
#include "formats/lightgbm/tree_reader.hpp"
#include "formats/tree_model.hpp"

namespace pelton::formats::lightgbm {

namespace {

using core::Error;
using core::ErrorCode;
using graph::Link;
using graph::LinkSpec;

/// LightGBM/include/LightGBM/meta.h, kZeroThreshold: what is not larger is not copied into the row.
constexpr double kZeroThreshold = static_cast<double>(1e-35F);

/// Reads the trees of the chosen rounds and passes over the others.
class TreeSection {
 public:
  TreeSection(Lines& lines, const Header& header, const Options& options, trees::Forest& forest)
      : lines_(lines), header_(header), options_(options), reader_(forest, options.limits) {}

  core::Result<void> read() {
    if (auto known = check_rounds(); !known) return known;
    const std::size_t rows = header_.trees_per_iteration;
    for (Line line; find_tree(line);) {
      lines_.skip();
      if (trees_ >= options_.limits.trees) {
        return fault(line, ErrorCode::too_large, "more than " + std::to_string(options_.limits.trees) + " trees");
      }
      const std::size_t round = trees_ / rows;
      if (round >= first() && round < last()) {
        if (auto done = reader_.read(lines_, line, static_cast<std::uint32_t>(trees_ % rows)); !done) return done;
      }
      ++trees_;
      tell_progress();
    }
    return check_end();
  }

 private:
  std::size_t first() const { return options_.iterations.first; }
  std::size_t last() const {
    const Iterations& chosen = options_.iterations;
    return chosen.best ? std::numeric_limits<std::size_t>::max()
                       : chosen.last.value_or(std::numeric_limits<std::size_t>::max());
  }

  core::Result<void> check_rounds() const {
    if (last() > first()) return {};
    return Error(ErrorCode::invalid_argument, "no boosting rounds are chosen: from " + std::to_string(first()) +
                                                  " to before " + std::to_string(last()));
  }

  /// Goes on to the next tree's first line; false where the trees end.
  bool find_tree(Line& line) {
    for (; lines_.peek(line); lines_.skip()) {
      if (line.key == "Tree") return true;
      ended_ = line.text == "end of trees" || line.text == "feature importances:";
      if (ended_) return false;
    }
    return false;
  }

  /// A file that was cut short between two trees must not pass for a smaller model.
  core::Result<void> check_end() const {
    const auto count = std::to_string(trees_);
    if (header_.trees && *header_.trees != trees_) {
      return Error(ErrorCode::malformed,
                   "tree_sizes announces " + std::to_string(*header_.trees) + " trees, and there are " + count);
    }
    if (!ended_) return Error(ErrorCode::malformed, "ends after " + count + " trees without saying that this is all");
    if (trees_ % header_.trees_per_iteration != 0) {
      return Error(ErrorCode::malformed, "has " + count + " trees, which are no whole rounds of " +
                                             std::to_string(header_.trees_per_iteration));
    }
    if (trees_ == 0) return Error(ErrorCode::unsupported, "holds no trees");
    const std::size_t rounds = trees_ / header_.trees_per_iteration;
    if (first() == 0 || first() < rounds) return {};
    return Error(ErrorCode::invalid_argument,
                 "has " + std::to_string(rounds) + " boosting rounds; none from " + std::to_string(first()) + " on");
  }

  void tell_progress() {
    constexpr std::size_t kSteps = 200;
    if (!options_.progress || lines_.offset() < told_ + lines_.size() / kSteps) return;
    told_ = lines_.offset();
    options_.progress(static_cast<double>(told_) / static_cast<double>(lines_.size()));
  }

  Lines& lines_;
  const Header& header_;
  const Options& options_;
  TreeReader reader_;
  std::size_t trees_ = 0;
  std::size_t told_ = 0;
  bool ended_ = false;
};

std::vector<std::string> operations(const trees::Forest& forest, const Header& header) {
  std::vector<std::string> operations{"trees: " + std::to_string(forest.trees.size())};
  if (header.trees_per_iteration > 1) {
    operations.push_back("margins: " + std::to_string(header.trees_per_iteration));
  }
  if (!forest.sets.empty()) operations.push_back("categorical splits: " + std::to_string(forest.sets.size()));
  if (!forest.linear.empty()) operations.push_back("linear leaves: " + std::to_string(forest.linear.size()));
  operations.push_back("objective: " + header.objective.name);
  return operations;
}

TreeModel assemble(Header& header, trees::Forest forest) {
  TreeModel model;
  model.format = "lightgbm";
  model.kind = (header.average_output ? "random forest, " : "gradient boosted trees, ") + header.objective.name;
  model.operations = operations(forest, header);
  const Objective& objective = header.objective;
  if (header.average_output) {
    const std::size_t rounds = forest.trees.size() / header.trees_per_iteration;
    model.predict.push_back({Link::lightgbm_average, static_cast<double>(rounds)});
  }
  model.predict.insert(model.predict.end(), objective.links.begin(), objective.links.end());
  if (objective.classes > 0) {
    model.probabilities = model.predict;
    if (header.trees_per_iteration == 1 && objective.classes == 2) {
      model.probabilities->push_back({Link::two_classes});
    }
    for (std::size_t c = 0; c < objective.classes; ++c) model.classes.emplace_back(static_cast<std::int64_t>(c));
  }
  for (std::string& name : header.feature_names) {
    model.features.push_back({.name = std::move(name), .takes_missing = true});
  }
  model.forest = std::move(forest);
  return model;
}

}  // namespace

bool looks_like_lightgbm(std::string_view bytes) noexcept {
  return bytes.starts_with("tree\n") || bytes.starts_with("tree\r\n");
}

core::Result<LoadedModel> read_lightgbm_model(std::string_view bytes, const Options& options) {
  Lines lines(bytes);
  lines.skip();  // "tree"
  auto header = read_header(lines, options.limits);
  if (!header) return header.error();
  trees::Forest forest;
  forest.features = static_cast<std::uint32_t>(header->feature_names.size());
  forest.outputs = static_cast<std::uint32_t>(header->trees_per_iteration);
  forest.zero_threshold = kZeroThreshold;
  forest.base.assign(forest.outputs, 0.0);
  if (auto read = TreeSection(lines, *header, options, forest).read(); !read) return read.error();
  auto categories = read_pandas_categories(lines, *header, options.limits);
  if (!categories) return categories.error();
  TreeModel model = assemble(*header, std::move(forest));
  for (auto& [feature, names] : *categories) {
    model.features[feature].categories = model::make_categories(std::move(names), true);
  }
  return make_tree_model(std::move(model));
}

}  // namespace pelton::formats::lightgbm
