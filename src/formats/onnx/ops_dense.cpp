#include <array>
#include <utility>

#include "formats/onnx/registry.hpp"

/// Matrix products with constant weights: the layers of networks and linear models.
namespace pelton::formats::onnx {
namespace {

/// Constant weights as [in, out], times `factor`.
struct Weights {
  std::vector<double> values;
  std::size_t in = 0;
  std::size_t out = 0;

  math::ConstMatrix view() const noexcept { return {values.data(), in, out}; }
};

Weights weights(NodeContext& node, std::size_t input, bool transposed, double factor) {
  Tensor tensor = node.constant(input);
  if (tensor.is_text() || tensor.shape.size() != 2) node.malformed("takes weights that are not a matrix");
  Weights result;
  result.in = static_cast<std::size_t>(tensor.shape[transposed ? 1 : 0]);
  result.out = static_cast<std::size_t>(tensor.shape[transposed ? 0 : 1]);
  std::vector<double> stored = std::move(tensor).numbers();
  if (!transposed) {
    result.values = std::move(stored);
  } else {
    result.values.resize(stored.size());
    for (std::size_t o = 0; o < result.out; ++o) {
      for (std::size_t i = 0; i < result.in; ++i) result.values[i * result.out + o] = stored[o * result.in + i];
    }
  }
  if (factor != 1) {
    for (double& value : result.values) value *= factor;
  }
  return result;
}

void check(const NodeContext& node, const Rows& x, const Weights& w) {
  if (w.in == x.width && w.out > 0) return;
  node.malformed("multiplies rows of " + std::to_string(x.width) + " by weights [" + std::to_string(w.in) + ", " +
                 std::to_string(w.out) + "]");
}

void refuse_constant_side(NodeContext& node) {
  if (node.is_constant(0)) node.refuse("multiplies a constant by rows, which mixes rows");
  if (!node.is_constant(1)) node.refuse("multiplies rows by computed values");
}

void mat_mul(NodeContext& node) {
  refuse_constant_side(node);
  const Rows& x = node.floating_matrix(0);
  const Tensor right = node.constant(1);
  if (right.type != x.type)
    node.malformed("multiplies " + std::string(to_string(x.type)) + " by " + std::string(to_string(right.type)));
  Weights w;
  const bool vector = right.shape.size() == 1;
  if (vector) {
    w = {right.numbers(), right.size(), 1};
  } else {
    w = weights(node, 1, false, 1);
  }
  check(node, x, w);
  const graph::Register block = node.add(graph::Affine{.x = x.block, .weights = w.view(), .bias = {}});
  node.give(Rows{.block = block, .width = w.out, .type = x.type, .flat = vector, .layers = x.layers + 1});
}

/// alpha · x · B + beta · C.
void gemm(NodeContext& node) {
  refuse_constant_side(node);
  const Rows& x = node.floating_matrix(0);
  if (node.integer("transA", 0) != 0) node.refuse("attribute \"transA\" mixes rows");
  const double beta = node.number("beta", 1);
  const Weights w = weights(node, 1, node.integer("transB", 0) != 0, node.number("alpha", 1));
  check(node, x, w);
  std::vector<double> bias;
  if (node.has_input(2)) {
    Tensor c = node.constant(2);
    const bool one_line = c.shape.size() <= 1 || (c.shape.size() == 2 && c.shape[0] == 1);
    if (c.is_text() || !one_line || (c.size() != 1 && c.size() != w.out)) {
      node.refuse("adds a constant that is not one line of " + std::to_string(w.out) + " values");
    }
    bias = std::move(c).numbers();
    bias.resize(w.out, bias.front());
    for (double& value : bias) value *= beta;
  }
  const graph::Register block = node.add(graph::Affine{.x = x.block, .weights = w.view(), .bias = bias});
  node.give(Rows{.block = block, .width = w.out, .type = x.type, .layers = x.layers + 1});
}

constexpr std::array kOperators{
    Operator{"", "Gemm", 7, gemm},
    Operator{"", "MatMul", 1, mat_mul},
};

}  // namespace

std::span<const Operator> dense_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
