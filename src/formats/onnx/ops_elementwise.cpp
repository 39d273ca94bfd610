#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "formats/onnx/broadcast.hpp"
#include "formats/onnx/registry.hpp"

/// Operators that work on each number alone, or on pairs of them.
namespace pelton::formats::onnx {
namespace {

using graph::BinaryOp;
using graph::UnaryOp;

/// A tensor of the same shape, of which no more is known than its numbers.
Rows computed(const Rows& from, graph::Register block, DataType type) {
  return {.block = block, .width = from.width, .type = type, .flat = from.flat};
}

Rows unary(NodeContext& node, UnaryOp op, double alpha = 0, double beta = 0) {
  const Rows& x = node.rows(0);
  return computed(x, node.add(graph::Unary{x.block, op, alpha, beta}), x.type);
}

const Rows& floating(NodeContext& node) {
  const Rows& x = node.rows(0);
  if (!is_floating(x.type)) node.refuse("works on float and double, not " + std::string(to_string(x.type)));
  return x;
}

/// A function of float and double without parameters.
template <UnaryOp kOp>
void plain(NodeContext& node) {
  floating(node);
  node.give(unary(node, kOp));
}

/// The same for functions that keep integers what they are.
template <UnaryOp kOp>
void plain_of_any(NodeContext& node) {
  node.give(unary(node, kOp));
}

void sigmoid(NodeContext& node) {
  Rows result = unary(node, UnaryOp::sigmoid);
  result.margin = floating(node).block;
  node.give(result);
}

void leaky_relu(NodeContext& node) {
  floating(node);
  node.give(unary(node, UnaryOp::leaky_relu, node.number("alpha", 0.01F)));
}

void elu(NodeContext& node) {
  floating(node);
  node.give(unary(node, UnaryOp::elu, node.number("alpha", 1)));
}

void celu(NodeContext& node) {
  floating(node);
  const double alpha = node.number("alpha", 1);
  if (alpha == 0) node.malformed("attribute \"alpha\" is 0");
  node.give(unary(node, UnaryOp::celu, alpha));
}

void selu(NodeContext& node) {
  floating(node);
  const double alpha = node.number("alpha", 1.67326319217681884765625);
  node.give(unary(node, UnaryOp::selu, alpha, node.number("gamma", 1.05070102214813232421875)));
}

void thresholded_relu(NodeContext& node) {
  floating(node);
  node.give(unary(node, UnaryOp::thresholded_relu, node.number("alpha", 1)));
}

void hard_sigmoid(NodeContext& node) {
  floating(node);
  const double alpha = node.number("alpha", 0.2F);
  node.give(unary(node, UnaryOp::hard_sigmoid, alpha, node.number("beta", 0.5)));
}

void gelu(NodeContext& node) {
  floating(node);
  const std::string_view approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    node.malformed("attribute \"approximate\" is neither none nor tanh");
  node.give(unary(node, approximate == "tanh" ? UnaryOp::gelu_tanh : UnaryOp::gelu));
}

/// Questions about a number, answered by a bool.
void is_nan(NodeContext& node) {
  const Rows& x = floating(node);
  node.give(computed(x, node.add(graph::Unary{x.block, UnaryOp::is_nan}), DataType::boolean));
}

void is_inf(NodeContext& node) {
  const Rows& x = floating(node);
  const double negative = node.integer("detect_negative", 1) != 0 ? 1 : 0;
  const double positive = node.integer("detect_positive", 1) != 0 ? 1 : 0;
  node.give(computed(x, node.add(graph::Unary{x.block, UnaryOp::is_inf, negative, positive}), DataType::boolean));
}

void logical_not(NodeContext& node) {
  if (node.rows(0).type != DataType::boolean) node.malformed("input 0 is not bool");
  node.give(unary(node, UnaryOp::logical_not));
}

void clip(NodeContext& node) {
  const Rows& x = node.rows(0);
  graph::Clip spec{.x = x.block};
  constexpr std::int64_t kBoundsAreInputs = 11;
  if (node.opset() < kBoundsAreInputs) {
    spec.low = node.number("min", spec.low);
    spec.high = node.number("max", spec.high);
  } else {
    if (node.has_input(1)) spec.low = node.constant_number(1);
    if (node.has_input(2)) spec.high = node.constant_number(2);
  }
  if (!(spec.low <= spec.high)) node.refuse("clips to bounds of which the lower is not below the upper");
  node.give(computed(x, node.add(spec), x.type));
}

void binary(NodeContext& node, BinaryOp op, std::optional<DataType> answer) {
  const Broadcast pair = broadcast(node, 0, 1);
  Rows result = pair.shape;
  result.block = node.add(graph::Binary{op, pair.a, pair.b});
  if (answer) result.type = *answer;
  node.give(result);
}

template <BinaryOp kOp>
void arithmetic(NodeContext& node) {
  // Blocks hold doubles: int64 is exact up to 2^53, narrower integers would have to wrap around.
  const DataType type = broadcast(node, 0, 1).shape.type;
  if (!is_floating(type) && type != DataType::int64) node.refuse("computes with " + std::string(to_string(type)));
  binary(node, kOp, std::nullopt);
}

template <BinaryOp kOp>
void comparison(NodeContext& node) {
  binary(node, kOp, DataType::boolean);
}

template <BinaryOp kOp>
void logic(NodeContext& node) {
  const Broadcast pair = broadcast(node, 0, 1);
  if (pair.shape.type != DataType::boolean) node.malformed("inputs are not bool");
  binary(node, kOp, DataType::boolean);
}

/// One minus a probability keeps the margin it came from.
void sub(NodeContext& node) {
  binary(node, BinaryOp::sub, std::nullopt);
  if (!node.is_constant(0) || !node.is_rows(1)) return;
  const Rows& squashed = node.rows(1);
  const Tensor one = node.constant(0);
  if (!squashed.margin || one.size() != 1 || one.numbers().front() != 1) return;
  Rows& result = std::get<Rows>(node.outputs().back());
  result.margin = squashed.margin;
  result.complement = !squashed.complement;
}

void div(NodeContext& node) {
  const Broadcast pair = broadcast(node, 0, 1);
  if (!is_floating(pair.shape.type)) node.refuse("divides integers");
  binary(node, BinaryOp::div, std::nullopt);
  // Scaled by one number a row: what makes shares of squashed scores. The margins stay theirs.
  if (!node.is_rows(0) || !node.is_rows(1) || node.rows(1).width != 1) return;
  std::get<Rows>(node.outputs().back()).margin = node.rows(0).margin;
}

void pow(NodeContext& node) {
  if (node.is_rows(0) && !is_floating(node.rows(0).type)) node.refuse("raises integers to a power");
  binary(node, BinaryOp::pow, std::nullopt);
}

/// Sum, Min, Max, Mean of any number of tensors, from left to right.
Rows fold(NodeContext& node, BinaryOp op) {
  if (node.inputs() == 1) return node.rows(0);
  Broadcast pair = broadcast(node, 0, 1);
  Rows sum = pair.shape;
  sum.block = node.add(graph::Binary{op, pair.a, pair.b});
  for (std::size_t i = 2; i < node.inputs(); ++i) {
    pair = broadcast(node, sum, i);
    sum = pair.shape;
    sum.block = node.add(graph::Binary{op, pair.a, pair.b});
  }
  return sum;
}

template <BinaryOp kOp>
void variadic(NodeContext& node) {
  node.give(fold(node, kOp));
}

void mean(NodeContext& node) {
  Rows sum = fold(node, BinaryOp::add);
  if (!is_floating(sum.type)) node.refuse("takes the mean of integers");
  const std::vector<double> count{static_cast<double>(node.inputs())};
  sum = computed(sum, node.add(graph::Binary{BinaryOp::div, sum.block, count}), sum.type);
  node.give(sum);
}

void where(NodeContext& node) {
  const Rows& condition = node.rows(0);
  if (condition.type != DataType::boolean) node.malformed("input 0 is not bool");
  // Both branches are shaped against the condition: each is as wide as it, one column, or constants.
  const Broadcast a = broadcast(node, condition, 1, Types::may_differ);
  const Broadcast b = broadcast(node, condition, 2, Types::may_differ);
  const std::size_t width = std::max(a.shape.width, b.shape.width);
  const bool fits = (a.shape.width == width || a.shape.width == 1) && (b.shape.width == width || b.shape.width == 1) &&
                    (condition.width == width || condition.width == 1);
  if (!fits) node.malformed("inputs of different widths");
  if (a.type_b != b.type_b) node.malformed("chooses between different element types");
  Rows result{.block = node.add(graph::Where{condition.block, a.b, b.b}),
              .width = width,
              .type = a.type_b,
              .flat = condition.flat};
  node.give(result);
}

void binarizer(NodeContext& node) {
  const Rows& x = node.rows(0);
  const std::vector<double> threshold{node.number("threshold", 0)};
  node.give(computed(x, node.add(graph::Binary{BinaryOp::greater, x.block, threshold}), x.type));
}

constexpr std::array kOperators{
    Operator{"", "Abs", 6, plain_of_any<UnaryOp::abs>},
    Operator{"", "Add", 7, arithmetic<BinaryOp::add>},
    Operator{"", "And", 7, logic<BinaryOp::logical_and>},
    Operator{"", "Ceil", 6, plain<UnaryOp::ceil>},
    Operator{"", "Celu", 12, celu},
    Operator{"", "Clip", 6, clip},
    Operator{"", "Div", 7, div},
    Operator{"", "Elu", 6, elu},
    Operator{"", "Equal", 7, comparison<BinaryOp::equal>},
    Operator{"", "Erf", 9, plain<UnaryOp::erf>},
    Operator{"", "Exp", 6, plain<UnaryOp::exp>},
    Operator{"", "Floor", 6, plain<UnaryOp::floor>},
    Operator{"", "Gelu", 20, gelu},
    Operator{"", "Greater", 7, comparison<BinaryOp::greater>},
    Operator{"", "GreaterOrEqual", 12, comparison<BinaryOp::greater_equal>},
    Operator{"", "HardSigmoid", 6, hard_sigmoid},
    Operator{"", "HardSwish", 14, plain<UnaryOp::hard_swish>},
    Operator{"", "IsInf", 10, is_inf},
    Operator{"", "IsNaN", 9, is_nan},
    Operator{"", "LeakyRelu", 6, leaky_relu},
    Operator{"", "Less", 7, comparison<BinaryOp::less>},
    Operator{"", "LessOrEqual", 12, comparison<BinaryOp::less_equal>},
    Operator{"", "Log", 6, plain<UnaryOp::log>},
    Operator{"", "Max", 8, variadic<BinaryOp::max>},
    Operator{"", "Mean", 8, mean},
    Operator{"", "Min", 8, variadic<BinaryOp::min>},
    Operator{"", "Mish", 18, plain<UnaryOp::mish>},
    Operator{"", "Mul", 7, arithmetic<BinaryOp::mul>},
    Operator{"", "Neg", 6, plain_of_any<UnaryOp::neg>},
    Operator{"", "Not", 1, logical_not},
    Operator{"", "Or", 7, logic<BinaryOp::logical_or>},
    Operator{"", "Pow", 7, pow},
    Operator{"", "Reciprocal", 6, plain<UnaryOp::reciprocal>},
    Operator{"", "Relu", 6, plain_of_any<UnaryOp::relu>},
    Operator{"", "Round", 11, plain<UnaryOp::round>},
    Operator{"", "Selu", 6, selu},
    Operator{"", "Sigmoid", 6, sigmoid},
    Operator{"", "Sign", 9, plain_of_any<UnaryOp::sign>},
    Operator{"", "Softplus", 1, plain<UnaryOp::softplus>},
    Operator{"", "Softsign", 1, plain<UnaryOp::softsign>},
    Operator{"", "Sqrt", 6, plain<UnaryOp::sqrt>},
    Operator{"", "Sub", 7, sub},
    Operator{"", "Sum", 8, variadic<BinaryOp::add>},
    Operator{"", "Tanh", 6, plain<UnaryOp::tanh>},
    Operator{"", "ThresholdedRelu", 10, thresholded_relu},
    Operator{"", "Where", 9, where},
    Operator{"", "Xor", 7, logic<BinaryOp::logical_xor>},
    Operator{kMlDomain, "Binarizer", 1, binarizer},
};

}  // namespace

std::span<const Operator> elementwise_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
