#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "formats/onnx/broadcast.hpp"
#include "formats/onnx/registry.hpp"
#include "formats/onnx/words.hpp"

/// Operators that work on each number alone, or on pairs of them.
namespace pelton::formats::onnx {
namespace {

using graph::BinaryOp;
using graph::UnaryOp;

/// A tensor of the same shape, of which no more is known than its numbers.
Rows computed(const Rows& from, graph::Register block, DataType type) {
  return {.block = block, .width = from.width, .type = type, .flat = from.flat, .layers = from.layers};
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

/// A function of float and double without parameters, of whose result nothing more is known.
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

/// The logistic function of `x`, which is what `like` came from.
Rows logistic(NodeContext& node, const Rows& like, graph::Register x) {
  Rows result = computed(like, node.add(graph::Unary{x, UnaryOp::sigmoid}), like.type);
  result.positive = true;
  if (is_margin(like)) result.margin = like.tree_scores.value_or(x);
  return result;
}

void sigmoid(NodeContext& node) {
  const Rows& x = floating(node);
  node.give(logistic(node, x, x.block));
}

void abs(NodeContext& node) {
  Rows result = unary(node, UnaryOp::abs);
  result.positive = true;
  node.give(std::move(result));
}

void neg(NodeContext& node) {
  Rows result = unary(node, UnaryOp::neg);
  result.logistic = LogisticPart::negated;
  result.logistic_of = node.rows(0).block;
  node.give(std::move(result));
}

void exp(NodeContext& node) {
  const Rows& x = floating(node);
  Rows result = unary(node, UnaryOp::exp);
  result.positive = true;
  if (x.logistic == LogisticPart::negated) {
    result.logistic = LogisticPart::exponential;
    result.logistic_of = x.logistic_of;
  }
  node.give(std::move(result));
}

/// 1 / (1 + e^−x) becomes the logistic function of x: the same but for rounding, and the margin of
/// the probabilities is known.
void reciprocal(NodeContext& node) {
  const Rows& x = floating(node);
  if (x.logistic == LogisticPart::one_plus) return node.give(logistic(node, x, x.logistic_of));
  node.give(unary(node, UnaryOp::reciprocal));
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
  node.fills_missing(x.features);
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

Rows binary(NodeContext& node, BinaryOp op) {
  const Broadcast pair = broadcast(node, 0, 1);
  Rows result = pair.shape;
  result.block = node.add(graph::Binary{op, pair.a, pair.b});
  return result;
}

template <BinaryOp kOp>
void comparison(NodeContext& node) {
  Rows result = binary(node, kOp);
  result.type = DataType::boolean;
  result.positive = true;
  node.give(std::move(result));
}

template <BinaryOp kOp>
void logic(NodeContext& node) {
  Rows result = binary(node, kOp);
  if (result.type != DataType::boolean) node.malformed("inputs are not bool");
  result.positive = true;
  node.give(std::move(result));
}

/// Input `i` as one constant number, if it is that.
std::optional<double> lone_constant(const NodeContext& node, std::size_t i) {
  if (!node.is_constant(i)) return std::nullopt;
  const Tensor tensor = node.constant(i);
  if (tensor.is_text() || tensor.size() != 1) return std::nullopt;
  return tensor.numbers().front();
}

bool is_positive(const NodeContext& node, std::size_t i) {
  if (node.is_rows(i)) return node.rows(i).positive || node.rows(i).type == DataType::boolean;
  const std::vector<double> values = node.constant(i).numbers();
  return std::all_of(values.begin(), values.end(), [](double value) { return value >= 0; });
}

Rows arithmetic(NodeContext& node, BinaryOp op) {
  Rows result = binary(node, op);
  // Blocks hold doubles: int64 is exact up to 2^53, narrower integers would have to wrap around.
  const bool exact = is_floating(result.type) || result.type == DataType::int64;
  if (!exact) node.refuse("computes with " + std::string(to_string(result.type)));
  result.positive = op != BinaryOp::sub && is_positive(node, 0) && is_positive(node, 1);
  return result;
}

/// Whether one number a row, or one for all of them, joins rows that have a margin in input `i`.
bool joins_one_number(const NodeContext& node, std::size_t i) {
  const std::size_t other = 1 - i;
  if (!node.is_rows(i) || !node.rows(i).margin || node.rows(i).complement) return false;
  return lone_constant(node, other).has_value() || (node.is_rows(other) && node.rows(other).width == 1);
}

/// Whether input `i` is a product that has the other input in it already, as its bias.
bool is_added(const NodeContext& node, std::size_t i) {
  if (!node.is_rows(i) || !node.is_constant(1 - i)) return false;
  const TensorProto* added = node.rows(i).added;
  return added != nullptr && added == std::get<ConstantValue>(node.input(1 - i)).initializer;
}

void add(NodeContext& node) {
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (!is_added(node, i)) continue;
    Rows sum = node.rows(i);
    sum.added = nullptr;
    return node.give(std::move(sum));
  }
  Rows result = arithmetic(node, BinaryOp::add);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (joins_one_number(node, i)) result.margin = node.rows(i).margin;  // moved all alike: the order stays
    if (!node.is_rows(i) || node.rows(i).logistic != LogisticPart::exponential) continue;
    if (lone_constant(node, 1 - i) != 1.0) continue;
    result.logistic = LogisticPart::one_plus;
    result.logistic_of = node.rows(i).logistic_of;
  }
  node.give(std::move(result));
}

/// One minus a probability keeps the margin it came from.
void sub(NodeContext& node) {
  Rows result = arithmetic(node, BinaryOp::sub);
  if (node.is_rows(1) && node.rows(1).margin && lone_constant(node, 0) == 1.0) {
    result.margin = node.rows(1).margin;
    result.complement = !node.rows(1).complement;
  }
  node.give(std::move(result));
}

void mul(NodeContext& node) {
  Rows result = arithmetic(node, BinaryOp::mul);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (!node.is_rows(i)) continue;
    if (lone_constant(node, 1 - i).value_or(0) > 0) result.tree_scores = node.rows(i).tree_scores;
    if (lone_constant(node, 1 - i) != -1.0) continue;
    result.logistic = LogisticPart::negated;
    result.logistic_of = node.rows(i).block;
  }
  node.give(std::move(result));
}

void div(NodeContext& node) {
  Rows result = arithmetic(node, BinaryOp::div);
  if (!is_floating(result.type)) node.refuse("divides integers");
  // Scaled by one number a row, which makes shares of squashed scores: the margins stay theirs.
  if (result.positive && joins_one_number(node, 0)) result.margin = node.rows(0).margin;
  node.give(std::move(result));
}

void pow(NodeContext& node) {
  Rows result = binary(node, BinaryOp::pow);
  if (!is_floating(result.type)) node.refuse("raises integers to a power");
  node.give(std::move(result));
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

void equal(NodeContext& node) {
  if (node.is_words(0) || node.is_words(1)) return node.give(equal_texts(node));
  comparison<BinaryOp::equal>(node);
}

void where(NodeContext& node) {
  if (node.is_words(1) || node.is_words(2)) return node.give(where_texts(node));
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
    Operator{"", "Abs", 6, abs},
    Operator{"", "Add", 7, add},
    Operator{"", "And", 7, logic<BinaryOp::logical_and>},
    Operator{"", "Ceil", 6, plain<UnaryOp::ceil>},
    Operator{"", "Celu", 12, celu},
    Operator{"", "Clip", 6, clip},
    Operator{"", "Div", 7, div},
    Operator{"", "Elu", 6, elu},
    Operator{"", "Equal", 7, equal},
    Operator{"", "Erf", 9, plain<UnaryOp::erf>},
    Operator{"", "Exp", 6, exp},
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
    Operator{"", "Mul", 7, mul},
    Operator{"", "Neg", 6, neg},
    Operator{"", "Not", 1, logical_not},
    Operator{"", "Or", 7, logic<BinaryOp::logical_or>},
    Operator{"", "Pow", 7, pow},
    Operator{"", "Reciprocal", 6, reciprocal},
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
