#include <array>
#include <cmath>
#include <utility>

#include "formats/onnx/registry.hpp"

/// Scaling, imputing and normalising of whole rows.
namespace pelton::formats::onnx {
namespace {

Rows like(const Rows& x, graph::Register block, DataType type) {
  return {.block = block, .width = x.width, .type = type, .layers = x.layers};
}

void check_per_column(const NodeContext& node, const char* name, std::size_t count, std::size_t width) {
  if (count == 1 || count == width) return;
  node.malformed("attribute \"" + std::string(name) + "\" has " + std::to_string(count) + " values for rows of " +
                 std::to_string(width));
}

/// (x − offset) · scale.
void scaler(NodeContext& node) {
  const Rows& x = node.matrix(0);
  std::vector<double> offset = node.numbers("offset");
  std::vector<double> scale = node.numbers("scale");
  check_per_column(node, "offset", offset.size(), x.width);
  check_per_column(node, "scale", scale.size(), x.width);
  node.give(like(x, node.add(graph::Scale{x.block, offset, scale}), DataType::float32));
}

void normalizer(NodeContext& node) {
  const Rows& x = node.matrix(0);
  const std::string_view name = node.text("norm", "MAX");
  graph::Norm norm = graph::Norm::max;
  if (name == "L1") {
    norm = graph::Norm::l1;
  } else if (name == "L2") {
    norm = graph::Norm::l2;
  } else if (name != "MAX") {
    node.malformed("attribute \"norm\" is none of MAX, L1, L2");
  }
  Rows result = like(x, node.add(graph::Normalize{x.block, norm}), DataType::float32);
  // The largest value may be negative, which would turn the order of the margins around.
  if (norm != graph::Norm::max) result.margin = x.margin;
  node.give(result);
}

void imputer(NodeContext& node) {
  const Rows& x = node.matrix(0);
  std::vector<double> values;
  double missing = 0;
  if (is_floating(x.type)) {
    values = node.numbers("imputed_value_floats");
    missing = node.number("replaced_value_float", 0);
  } else {
    const std::vector<std::int64_t> integers = node.integers("imputed_value_int64s");
    values.assign(integers.begin(), integers.end());
    missing = static_cast<double>(node.integer("replaced_value_int64", 0));
  }
  check_per_column(node, "imputed_value", values.size(), x.width);
  if (std::isnan(missing)) node.fills_missing(x.features);
  node.give(like(x, node.add(graph::Impute{x.block, values, missing}), x.type));
}

/// A constant of one value a column.
std::vector<double> per_column(NodeContext& node, std::size_t input, std::size_t width) {
  Tensor tensor = node.constant(input);
  if (tensor.is_text() || tensor.shape.size() != 1 || tensor.size() != width) {
    node.malformed("input " + std::to_string(input) + " does not have one value a column");
  }
  return std::move(tensor).numbers();
}

/// (x − mean) / √(variance + epsilon) · scale + bias, with the statistics of training.
void batch_normalization(NodeContext& node) {
  const Rows& x = node.floating_matrix(0);
  if (node.integer("training_mode", 0) != 0) node.refuse("attribute \"training_mode\" asks for training");
  static_cast<void>(node.number("momentum", 0));  // of the running statistics, while training
  if (node.integer("spatial", 1) != 1) node.refuse("attribute \"spatial\" is not 1");
  const double epsilon = node.number("epsilon", 1e-5F);
  std::vector<double> scale = per_column(node, 1, x.width);
  const std::vector<double> bias = per_column(node, 2, x.width);
  const std::vector<double> mean = per_column(node, 3, x.width);
  const std::vector<double> variance = per_column(node, 4, x.width);
  for (std::size_t c = 0; c < x.width; ++c) scale[c] /= std::sqrt(variance[c] + epsilon);
  const graph::Register scaled = node.add(graph::Scale{x.block, mean, scale});
  node.give(like(x, node.add(graph::Binary{graph::BinaryOp::add, scaled, bias}), x.type));
}

/// The same with the mean and variance of the row itself.
void layer_normalization(NodeContext& node) {
  using graph::BinaryOp;
  const Rows& x = node.floating_matrix(0);
  const std::int64_t axis = node.integer("axis", -1);
  if (axis != 1 && axis != -1) node.refuse("normalises over other axes than the columns");
  static_cast<void>(node.integer("stash_type", 1));  // precision of the inner sums; ours are doubles
  const std::vector<double> epsilon{node.number("epsilon", 1e-5F)};
  const graph::Register mean = node.add(graph::Reduce{x.block, graph::ReduceOp::mean});
  const graph::Register centred = node.add(graph::Binary{BinaryOp::sub, x.block, mean});
  const graph::Register squares = node.add(graph::Unary{centred, graph::UnaryOp::square});
  const graph::Register variance = node.add(graph::Reduce{squares, graph::ReduceOp::mean});
  const graph::Register shifted = node.add(graph::Binary{BinaryOp::add, variance, epsilon});
  const graph::Register deviation = node.add(graph::Unary{shifted, graph::UnaryOp::sqrt});
  graph::Register block = node.add(graph::Binary{BinaryOp::div, centred, deviation});
  block = node.add(graph::Binary{BinaryOp::mul, block, per_column(node, 1, x.width)});
  if (node.has_input(2)) block = node.add(graph::Binary{BinaryOp::add, block, per_column(node, 2, x.width)});
  node.give(like(x, block, x.type));
}

constexpr std::array kOperators{
    Operator{"", "BatchNormalization", 7, batch_normalization},
    Operator{"", "LayerNormalization", 17, layer_normalization},
    Operator{kMlDomain, "Imputer", 1, imputer},
    Operator{kMlDomain, "Normalizer", 1, normalizer},
    Operator{kMlDomain, "Scaler", 1, scaler},
};

}  // namespace

std::span<const Operator> normalizing_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
