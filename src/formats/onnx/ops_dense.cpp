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

Weights weights(const NodeContext& node, Tensor tensor, bool transposed, double factor) {
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

graph::Affine layer(const Rows& x, const Weights& w, std::span<const double> bias) {
  return {.x = x.block, .weights = w.view(), .bias = bias, .activation = {}, .float32 = x.type == DataType::float32};
}

void refuse_constant_side(NodeContext& node) {
  if (node.is_constant(0)) node.refuse("multiplies a constant by rows, which mixes rows");
  if (!node.is_constant(1)) node.refuse("multiplies rows by computed values");
}

/// The constant that the graph adds to this product next, if it can be the product's bias.
std::vector<double> bias_to_come(const NodeContext& node, const Rows& x, std::size_t width) {
  if (node.added_next() == nullptr) return {};
  auto tensor = decode_tensor(*node.added_next());
  if (!tensor || tensor->type != x.type || tensor->size() != width) return {};
  const bool line = tensor->shape.size() == 1 || (tensor->shape.size() == 2 && tensor->shape[0] == 1);
  return line ? std::move(*tensor).numbers() : std::vector<double>();
}

void mat_mul(NodeContext& node) {
  refuse_constant_side(node);
  const Rows& x = node.floating_matrix(0);
  Tensor right = node.constant(1);
  if (right.type != x.type) {
    node.malformed("multiplies " + std::string(to_string(x.type)) + " by " + std::string(to_string(right.type)));
  }
  const bool vector = right.shape.size() == 1;  // x · v is [rows]
  if (vector) right.shape.push_back(1);
  const Weights w = weights(node, std::move(right), false, 1);
  check(node, x, w);
  const std::vector<double> bias = vector ? std::vector<double>() : bias_to_come(node, x, w.out);
  const graph::Register block = node.add(layer(x, w, bias));
  Rows product{.block = block, .width = w.out, .type = x.type, .flat = vector, .layers = x.layers + 1};
  if (!bias.empty()) product.added = node.added_next();
  node.give(std::move(product));
}

/// alpha · x · B + beta · C.
void gemm(NodeContext& node) {
  refuse_constant_side(node);
  const Rows& x = node.floating_matrix(0);
  if (node.integer("transA", 0) != 0) node.refuse("attribute \"transA\" mixes rows");
  const double beta = node.number("beta", 1);
  const Weights w = weights(node, node.constant(1), node.integer("transB", 0) != 0, node.number("alpha", 1));
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
  const graph::Register block = node.add(layer(x, w, bias));
  node.give(Rows{.block = block, .width = w.out, .type = x.type, .layers = x.layers + 1});
}

constexpr std::array kOperators{
    Operator{"", "Gemm", 7, gemm},
    Operator{"", "MatMul", 1, mat_mul},
};

}  // namespace

std::span<const Operator> dense_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
