#include <algorithm>
#include <array>
#include <utility>

#include "formats/onnx/class_labels.hpp"
#include "formats/onnx/forest_builder.hpp"
#include "formats/onnx/post_transform.hpp"
#include "formats/onnx/registry.hpp"
#include "formats/onnx/tree_nodes.hpp"
#include "graph/classifiers.hpp"
#include "graph/forest_step.hpp"
#include "trees/engine.hpp"

/// The tree ensembles of ai.onnx.ml.
namespace pelton::formats::onnx {
namespace {

/// What becomes of a row's leaves, as both families of attributes say it.
enum class Together { sum, average, min, max };

Together together_named(const NodeContext& node) {
  const std::string_view name = node.text("aggregate_function", "SUM");
  if (name == "SUM") return Together::sum;
  if (name == "AVERAGE") return Together::average;
  if (name == "MIN") return Together::min;
  if (name == "MAX") return Together::max;
  node.malformed("attribute \"aggregate_function\" has a value ONNX does not know");
}

Together together_numbered(const NodeContext& node) {
  switch (node.integer("aggregate_function", 1)) {
    case 0: return Together::average;
    case 1: return Together::sum;
    case 2: return Together::min;
    case 3: return Together::max;
    default: node.malformed("attribute \"aggregate_function\" has a value ONNX does not know");
  }
}

graph::PostTransform post_transform_numbered(const NodeContext& node) {
  switch (node.integer("post_transform", 0)) {
    case 0: return graph::PostTransform::none;
    case 1: return graph::PostTransform::softmax;
    case 2: return graph::PostTransform::logistic;
    case 3: return graph::PostTransform::softmax_zero;
    case 4: return graph::PostTransform::probit;
    default: node.malformed("attribute \"post_transform\" has a value ONNX does not know");
  }
}

/// The targets that an operator says it has.
std::size_t target_count(const NodeContext& node) {
  const std::int64_t targets = node.integer("n_targets", 0);
  if (targets < 1) node.malformed("attribute \"n_targets\" is not positive");
  if (static_cast<std::uint64_t>(targets) > node.limits().classes) {
    throw Refusal(core::ErrorCode::too_large, "has " + std::to_string(targets) + " targets; at most " +
                                                  std::to_string(node.limits().classes) + " are read");
  }
  return static_cast<std::size_t>(targets);
}

/// The rows that trees look at, as they look at them: integers are compared as float, and all sums
/// are as exact as the rows.
const Rows& tree_input(const NodeContext& node, bool integers) {
  const Rows& x = integers ? node.matrix(0) : node.floating_matrix(0);
  const bool known = is_floating(x.type) || x.type == DataType::int64 || x.type == DataType::int32;
  if (!known) node.refuse("takes inputs of type " + std::string(to_string(x.type)));
  return x;
}

trees::Forest empty_forest(const TreeShape& shape, Together together, std::vector<double> base, std::size_t trees) {
  trees::Forest forest;
  forest.features = static_cast<std::uint32_t>(shape.features);
  forest.outputs = static_cast<std::uint32_t>(shape.targets);
  forest.input = shape.type == DataType::float64 ? trees::Precision::float64 : trees::Precision::float32;
  forest.sum_precision = forest.input;
  if (together == Together::min) forest.aggregate = trees::Aggregate::min;
  if (together == Together::max) forest.aggregate = trees::Aggregate::max;
  if (together == Together::average) forest.divisor = static_cast<double>(trees);
  forest.base_first = false;
  forest.base = std::move(base);
  forest.base.resize(shape.targets, 0.0);
  return forest;
}

graph::Register add_margins(NodeContext& node, const Rows& x, trees::Forest forest) {
  auto engine = node.take(trees::Engine::compile(std::move(forest)));
  const std::array inputs{x.block};
  return node.take(node.builder().add(node.plan_name(), graph::make_forest_margins(std::move(engine)), inputs));
}

/// An ensemble that sends missing values to a yes somewhere was made for rows that have some.
void tell_missing(NodeContext& node, const Rows& x, const TreeNodes& trees) {
  if (trees.some_missing && is_floating(x.type)) node.fills_missing(x.features);
}

Rows in_type(NodeContext& node, graph::Register block, DataType type) {
  if (type == DataType::float32) block = node.add(graph::Unary{block, graph::UnaryOp::to_float32});
  return {.block = block, .width = node.builder().width(block), .type = type};
}

/// One target's values are transformed by PROBIT only, as ONNX Runtime does.
void give_targets(NodeContext& node, graph::Register sums, std::size_t targets, graph::PostTransform transform,
                  DataType type) {
  if (targets == 1 && transform != graph::PostTransform::probit) transform = graph::PostTransform::none;
  Rows y = in_type(node, node.add(graph::PostTransformed{sums, transform}), type);
  if (transform == graph::PostTransform::softmax || transform == graph::PostTransform::logistic) {
    y.positive = true;
    y.margin = sums;
  }
  y.tree_scores = y.block;
  node.give(std::move(y));
}

void tree_ensemble_regressor(NodeContext& node) {
  const Rows& x = tree_input(node, true);
  const TreeShape shape{x.width, target_count(node), x.type};
  const Together together = together_named(node);
  const graph::PostTransform transform = post_transform(node);
  std::vector<double> base = read_precise_numbers(node, "base_values", x.type);
  if (!base.empty() && base.size() != shape.targets) {
    node.malformed("has " + std::to_string(base.size()) + " base values for " + std::to_string(shape.targets) +
                   " targets");
  }
  const TreeNodes trees = read_keyed_tree_nodes(node, "target_", shape);
  tell_missing(node, x, trees);
  trees::Forest forest = empty_forest(shape, together, std::move(base), trees.roots.size());
  const graph::Register sums = add_margins(node, x, build_forest(node, trees, std::move(forest)).forest);
  give_targets(node, sums, shape.targets, transform, DataType::float32);
}

void tree_ensemble(NodeContext& node) {
  const Rows& x = tree_input(node, false);
  const TreeShape shape{x.width, target_count(node), x.type};
  const Together together = together_numbered(node);
  const graph::PostTransform transform = post_transform_numbered(node);
  const TreeNodes trees = read_indexed_tree_nodes(node, shape);
  tell_missing(node, x, trees);
  trees::Forest forest = empty_forest(shape, together, {}, trees.roots.size());
  const graph::Register sums = add_margins(node, x, build_forest(node, trees, std::move(forest)).forest);
  give_targets(node, sums, shape.targets, transform, x.type);
}

/// Base values of a classifier: one a class; of two classes that only the first gets weights of,
/// ONNX Runtime takes one and makes no sense of two.
void check_base_values(const NodeContext& node, std::size_t held, std::size_t classes, bool single) {
  if (held == 0 || (classes > 2 && held == classes) || (single && held == 1)) return;
  const std::string what = std::to_string(held) + " base values for " + std::to_string(classes) + " classes";
  if (classes == 2) node.refuse(what + ": what they mean is not agreed");
  node.malformed("has " + what);
}

/// The same trees, each weight 1: how many a row's class was given.
trees::Forest counting(const NodeContext& node, TreeNodes trees, trees::Forest forest) {
  for (TreeVote& vote : trees.votes) vote.weight = 1;
  forest.base.assign(forest.outputs, 0.0);
  return build_forest(node, trees, std::move(forest)).forest;
}

/// The trees of a classifier as forests: what `spec` says of its classes, and of the row's sums.
class ClassifierTrees {
 public:
  ClassifierTrees(NodeContext& node, const Rows& x, graph::TreeClassifier& spec)
      : node_(node),
        x_(x),
        spec_(spec),
        trees_(read_keyed_tree_nodes(node, "class_", {x.width, spec.classes, x.type})) {
    tell_missing(node, x, trees_);
    spec.some_negative = trees_.some_negative;
    single_ = spec.classes == 2 && trees_.lone_target.has_value();
    if (!single_) return;
    // All weights are for one of two classes: the forest has a single output.
    spec.voted = *trees_.lone_target;
    for (TreeVote& vote : trees_.votes) vote.target = 0;
  }

  void add(std::vector<double> base) {
    check_base_values(node_, base.size(), spec_.classes, single_ && spec_.voted == 0);
    const bool based = !base.empty();
    const TreeShape shape{x_.width, single_ ? 1 : spec_.classes, x_.type};
    trees::Forest forest = empty_forest(shape, Together::sum, std::move(base), trees_.roots.size());
    BuiltForest built = build_forest(node_, trees_, forest);
    // With base values every class is a candidate for the label; so are those that always get weights.
    const bool open = !based && std::find(built.always.begin(), built.always.end(), false) != built.always.end();
    if (open && spec_.classes == 2) node_.refuse("gives weights to a class of two in some leaves only");
    if (open) spec_.votes = add_margins(node_, x_, counting(node_, trees_, std::move(forest)));
    spec_.sums = add_margins(node_, x_, std::move(built.forest));
  }

 private:
  NodeContext& node_;
  const Rows& x_;
  graph::TreeClassifier& spec_;
  TreeNodes trees_;
  bool single_ = false;
};

void tree_ensemble_classifier(NodeContext& node) {
  const Rows& x = tree_input(node, true);
  Labels labels = class_labels(node, "classlabels_strings", "classlabels_int64s");
  graph::TreeClassifier spec{
      .sums = {}, .votes = {}, .classes = labels.names.size(), .transform = post_transform(node)};
  if (spec.classes < 2) node.refuse("has one class label: what it answers then is not agreed");
  ClassifierTrees(node, x, spec).add(read_precise_numbers(node, "base_values", x.type));
  const auto outputs = node.take(add_tree_classifier(node.builder(), node.plan_name(), spec));
  labels.index = outputs.label;
  node.give(std::move(labels));
  Rows z = in_type(node, outputs.scores, DataType::float32);
  if (spec.transform == graph::PostTransform::softmax || spec.transform == graph::PostTransform::logistic) {
    z.positive = true;
    z.margin = spec.sums;
  }
  z.tree_scores = z.block;
  node.give(std::move(z));
}

constexpr std::array kOperators{
    Operator{kMlDomain, "TreeEnsemble", 5, tree_ensemble},
    Operator{kMlDomain, "TreeEnsembleClassifier", 1, tree_ensemble_classifier},
    Operator{kMlDomain, "TreeEnsembleRegressor", 1, tree_ensemble_regressor},
};

}  // namespace

std::span<const Operator> tree_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
