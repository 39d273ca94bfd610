#include <array>

#include "operators/elementwise.hpp"
#include "operators/extremes.hpp"
#include "operators/registry.hpp"

/// Sum, Max, Min and Mean of any number of tensors, spread over each other.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

struct Total {
  template <class T>
  T operator()(T a, T b) const noexcept {
    if constexpr (std::integral<T>)
      return static_cast<T>(wrapping(a) + wrapping(b));
    else
      return settled(a + b);
  }
};

/// F of the inputs one after the other; then a mean is taken of what F summed up.
template <class T, class F, bool kMean>
class Variadic final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    Shape shape = inputs[0]->tensor.shape();
    for (const Value* input : inputs.subspan(1)) shape = tensor::broadcast(shape, input->tensor.shape());
    context.spend({shape.elements(), inputs.size()});
    Tensor& result = outputs[0]->tensor;
    T* const y = result.reset<T>(shape).data();
    join(inputs[0]->tensor, shape, y, [](T, T v) { return v; });
    for (const Value* input : inputs.subspan(1)) {
      join(input->tensor, shape, y,
           [](T u, T v) { return static_cast<T>(F()(static_cast<Computed<T>>(u), static_cast<Computed<T>>(v))); });
    }
    if constexpr (kMean) {
      const auto count = static_cast<Computed<T>>(inputs.size());
      for (T& value : result.values<T>()) value = static_cast<T>(static_cast<Computed<T>>(value) / count);
    }
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    return rows_of_broadcast(inputs, output);
  }

 private:
  /// y = f(y, x), x spread over y.
  template <class G>
  static void join(const Tensor& x, const Shape& shape, T* y, G f) {
    zip(Broadcast<2>({shape, x.shape()}), y, x.values<T>().data(), y, f);
  }
};

template <class F, bool kMean, class List>
std::shared_ptr<const Operation> variadic(Node& node, List types) {
  const DataType type = node.type(0);
  for (std::size_t i = 1; i < node.inputs(); ++i) {
    if (node.type(i) != type) node.malformed("inputs are of different types");
  }
  node.ignore("consumed_inputs");
  node.gives(type);
  return by_type(node, type, types, []<class T>() { return std::make_shared<Variadic<T, F, kMean>>(); });
}

std::shared_ptr<const Operation> sum(Node& node) { return variadic<Total, false>(node, Numbers()); }
std::shared_ptr<const Operation> mean(Node& node) { return variadic<Total, true>(node, Floats()); }
std::shared_ptr<const Operation> max(Node& node) { return variadic<Larger, false>(node, Numbers()); }
std::shared_ptr<const Operation> min(Node& node) { return variadic<Smaller, false>(node, Numbers()); }

constexpr std::array kOperators{
    Operator{"", "Max", 1, max},
    Operator{"", "Mean", 1, mean},
    Operator{"", "Min", 1, min},
    Operator{"", "Sum", 1, sum},
};

}  // namespace

std::span<const Operator> variadic_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
