#include <array>
#include <cmath>

#include "operators/elementwise.hpp"
#include "operators/registry.hpp"

/// Abs, Neg, Sign, Relu and PRelu: of integers too. The least integer has no opposite and stays itself.
namespace pelton::operators {
namespace {

struct Opposite {
  template <class T>
  T operator()(T x) const noexcept {
    if constexpr (std::integral<T>)
      return static_cast<T>(0 - wrapping(x));
    else
      return -x;
  }
};

struct Magnitude {
  template <class T>
  T operator()(T x) const noexcept {
    if constexpr (std::unsigned_integral<T>)
      return x;
    else if constexpr (std::integral<T>)
      return x < 0 ? Opposite()(x) : x;
    else
      return std::abs(x);
  }
};

struct SignOf {
  template <class T>
  T operator()(T x) const noexcept {
    if (x == 0 || x != x) return x == 0 ? T{0} : x;
    return x > 0 ? T{1} : static_cast<T>(-1);
  }
};

struct Rectified {
  template <class T>
  T operator()(T x) const noexcept {
    return x < 0 ? T{0} : x;
  }
};

struct Sloped {
  template <class T>
  T operator()(T x, T slope) const noexcept {
    if constexpr (std::integral<T>)
      return x < 0 ? static_cast<T>(wrapping(x) * wrapping(slope)) : x;
    else
      return x < 0 ? settled(x * slope) : x;
  }
};

/// PRelu of operands that lie as ONNX says; before version 7 of the operator set a slope of one
/// dimension belongs to the channels, dimension 1.
template <class T>
class PRelu final : public Operation {
 public:
  explicit PRelu(bool by_channel) : by_channel_(by_channel) {}

  void run(std::span<const tensor::Value* const> inputs, std::span<tensor::Value* const> outputs,
           tensor::RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    const Tensor& slope = inputs[1]->tensor;
    const Broadcast<2> spread({x.shape(), placed(x.shape(), slope.shape())});
    if (spread.shape() != x.shape()) {
      throw tensor::Failure("slopes of shape " + to_string(slope.shape()) + " do not spread over " +
                            to_string(x.shape()));
    }
    T* const y = outputs[0]->tensor.reset<T>(x.shape()).data();
    zip(spread, x.values<T>().data(), slope.values<T>().data(), y, [](T value, T by) {
      return static_cast<T>(Sloped()(static_cast<Computed<T>>(value), static_cast<Computed<T>>(by)));
    });
  }
  tensor::RowAxis row_axis(std::span<const tensor::Traced> inputs, const Shape& output, std::size_t) const override {
    std::array<tensor::Traced, 2> lying{inputs[0], inputs[1]};
    lying[1].shape = placed(inputs[0].shape, inputs[1].shape);
    return rows_of_broadcast(lying, output);
  }

 private:
  Shape placed(const Shape& x, const Shape& slope) const {
    Shape result = slope;
    if (!by_channel_ || slope.rank() != 1) return result;
    while (result.rank() + 1 < x.rank()) result = result.inserted(result.rank(), 1);
    return result;
  }

  bool by_channel_;
};

std::shared_ptr<const Operation> abs(Node& node) { return elementwise<Magnitude>(node, Numbers()); }
std::shared_ptr<const Operation> neg(Node& node) { return elementwise<Opposite>(node, Signed()); }
std::shared_ptr<const Operation> sign(Node& node) { return elementwise<SignOf>(node, Numbers()); }
std::shared_ptr<const Operation> relu(Node& node) { return elementwise<Rectified>(node, Signed()); }

std::shared_ptr<const Operation> prelu(Node& node) {
  const DataType type = common_type(node);
  const bool by_channel = node.opset() < 7;
  node.ignore("consumed_inputs");
  node.gives(type);
  using Allowed =
      Types<float, double, tensor::Float16, tensor::BFloat16, std::int32_t, std::int64_t, std::uint32_t, std::uint64_t>;
  return by_type(node, type, Allowed(), [&]<class T>() { return std::make_shared<PRelu<T>>(by_channel); });
}

constexpr std::array kOperators{
    Operator{"", "Abs", 1, abs},   Operator{"", "Neg", 1, neg},   Operator{"", "PRelu", 1, prelu},
    Operator{"", "Relu", 1, relu}, Operator{"", "Sign", 9, sign},
};

}  // namespace

std::span<const Operator> sign_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
