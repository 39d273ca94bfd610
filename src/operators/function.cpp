#include <array>

#include "math/kernels.hpp"
#include "operators/by_type.hpp"
#include "operators/doubles.hpp"
#include "operators/registry.hpp"

/// Functions of one floating-point number, activations among them. All are calculated in double by the
/// kernels of room `math`.
namespace pelton::operators {
namespace {

using math::Activation;
using math::UnaryOp;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class Function final : public Operation {
 public:
  /// Of tensors of whatever type, giving tensors of `type`.
  Function(Activation function, DataType type) : function_(function), type_(type) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    Tensor& y = outputs[0]->tensor;
    y.reset(type_, x.shape());
    by_chunks(x.size(), [&](std::size_t first, std::size_t count) {
      Chunk values;
      read_doubles(x, first, 1, count, values.data());
      math::kernels().unary(function_, {values.data(), count}, 1, count, {values.data(), count});
      write_doubles(y, first, 1, count, values.data());
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }

 private:
  Activation function_;
  DataType type_;
};

/// x / (1 + e^−αx)
class Swish final : public Operation {
 public:
  explicit Swish(double alpha) : alpha_(alpha) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    Tensor& y = outputs[0]->tensor;
    y.reset(x.type(), x.shape());
    by_chunks(x.size(), [&](std::size_t first, std::size_t count) {
      Chunk values, gates;
      read_doubles(x, first, 1, count, values.data());
      for (std::size_t i = 0; i < count; ++i) gates[i] = alpha_ * values[i];
      math::kernels().unary({UnaryOp::sigmoid}, {gates.data(), count}, 1, count, {gates.data(), count});
      math::kernels().binary(math::BinaryOp::mul, {values.data(), count, 1}, {gates.data(), count, 1}, 1, count,
                             {values.data(), count});
      write_doubles(y, first, 1, count, values.data());
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }

 private:
  double alpha_;
};

std::shared_ptr<const Operation> function(Node& node, Activation f) {
  const DataType type = node.type(0);
  node.ignore("consumed_inputs");
  node.gives(type);
  return by_type(node, type, Floats(), [&]<class T>() { return std::make_shared<Function>(f, type); });
}

template <UnaryOp kOp>
std::shared_ptr<const Operation> plain(Node& node) {
  return function(node, {kOp});
}

/// A question about a number, answered by a bool.
std::shared_ptr<const Operation> question(Node& node, Activation f) {
  node.gives(DataType::boolean);
  return by_type(node, node.type(0), Floats(),
                 [&]<class T>() { return std::make_shared<Function>(f, DataType::boolean); });
}

std::shared_ptr<const Operation> is_nan(Node& node) { return question(node, {UnaryOp::is_nan}); }

std::shared_ptr<const Operation> is_inf(Node& node) {
  const double negative = node.integer("detect_negative", 1) != 0 ? 1 : 0;
  const double positive = node.integer("detect_positive", 1) != 0 ? 1 : 0;
  return question(node, {UnaryOp::is_inf, negative, positive});
}

std::shared_ptr<const Operation> leaky_relu(Node& node) {
  return function(node, {UnaryOp::leaky_relu, node.number("alpha", 0.01F)});
}

std::shared_ptr<const Operation> elu(Node& node) { return function(node, {UnaryOp::elu, node.number("alpha", 1)}); }

std::shared_ptr<const Operation> selu(Node& node) {
  // The first version's defaults were the same numbers, shortened.
  const bool first = node.opset() < 6;
  const double alpha = node.number("alpha", first ? 1.6732F : 1.67326319217681884765625);
  return function(node, {UnaryOp::selu, alpha, node.number("gamma", first ? 1.0507F : 1.05070102214813232421875)});
}

std::shared_ptr<const Operation> celu(Node& node) {
  const double alpha = node.number("alpha", 1);
  if (alpha == 0) node.malformed("attribute \"alpha\" is 0");
  return function(node, {UnaryOp::celu, alpha});
}

std::shared_ptr<const Operation> thresholded_relu(Node& node) {
  return function(node, {UnaryOp::thresholded_relu, node.number("alpha", 1)});
}

std::shared_ptr<const Operation> hard_sigmoid(Node& node) {
  const double alpha = node.number("alpha", 0.2F);
  return function(node, {UnaryOp::hard_sigmoid, alpha, node.number("beta", 0.5)});
}

std::shared_ptr<const Operation> gelu(Node& node) {
  const std::string approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    node.malformed("attribute \"approximate\" is neither none nor tanh");
  }
  return function(node, {approximate == "tanh" ? UnaryOp::gelu_tanh : UnaryOp::gelu});
}

std::shared_ptr<const Operation> swish(Node& node) {
  const double alpha = node.number("alpha", 1);
  node.gives(node.type(0));
  return by_type(node, node.type(0), Floats(), [&]<class T>() { return std::make_shared<Swish>(alpha); });
}

constexpr std::array kOperators{
    Operator{"", "Ceil", 1, plain<UnaryOp::ceil>},
    Operator{"", "Celu", 12, celu},
    Operator{"", "Elu", 1, elu},
    Operator{"", "Erf", 9, plain<UnaryOp::erf>},
    Operator{"", "Exp", 1, plain<UnaryOp::exp>},
    Operator{"", "Floor", 1, plain<UnaryOp::floor>},
    Operator{"", "Gelu", 20, gelu},
    Operator{"", "HardSigmoid", 1, hard_sigmoid},
    Operator{"", "HardSwish", 14, plain<UnaryOp::hard_swish>},
    Operator{"", "IsInf", 10, is_inf},
    Operator{"", "IsNaN", 9, is_nan},
    Operator{"", "LeakyRelu", 1, leaky_relu},
    Operator{"", "Log", 1, plain<UnaryOp::log>},
    Operator{"", "Mish", 18, plain<UnaryOp::mish>},
    Operator{"", "Reciprocal", 1, plain<UnaryOp::reciprocal>},
    Operator{"", "Round", 11, plain<UnaryOp::round>},
    Operator{"", "Selu", 1, selu},
    Operator{"", "Sigmoid", 1, plain<UnaryOp::sigmoid>},
    Operator{"", "Softplus", 1, plain<UnaryOp::softplus>},
    Operator{"", "Softsign", 1, plain<UnaryOp::softsign>},
    Operator{"", "Sqrt", 1, plain<UnaryOp::sqrt>},
    Operator{"", "Swish", 24, swish},
    Operator{"", "Tanh", 1, plain<UnaryOp::tanh>},
    Operator{"", "ThresholdedRelu", 10, thresholded_relu},
};

}  // namespace

std::span<const Operator> function_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
