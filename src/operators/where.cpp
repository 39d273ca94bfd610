#include <array>

#include "operators/broadcast.hpp"
#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// Where: the element of one tensor or of another, as a third one says.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

template <class T>
class Where final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& condition = inputs[0]->tensor;
    const Tensor& a = inputs[1]->tensor;
    const Tensor& b = inputs[2]->tensor;
    const Broadcast<3> spread({condition.shape(), a.shape(), b.shape()});
    T* const y = outputs[0]->tensor.reset<T>(spread.shape()).data();
    const bool* const c = condition.values<bool>().data();
    const T* const u = a.values<T>().data();
    const T* const v = b.values<T>().data();
    const std::array steps{spread.step(0), spread.step(1), spread.step(2)};
    spread.runs([&](std::size_t out, const std::array<std::size_t, 3>& from, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        y[out + i] = c[from[0] + i * steps[0]] ? u[from[1] + i * steps[1]] : v[from[2] + i * steps[2]];
      }
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    return rows_of_broadcast(inputs, output);
  }
};

std::shared_ptr<const Operation> where(Node& node) {
  if (node.type(0) != DataType::boolean) node.malformed("input 0 is not bool");
  const DataType type = node.type(1);
  if (node.type(2) != type) node.malformed("inputs 1 and 2 are of different types");
  node.gives(type);
  return by_type(node, type, Anything(), []<class T>() { return std::make_shared<Where<T>>(); });
}

constexpr std::array kOperators{
    Operator{"", "Where", 9, where},
};

}  // namespace

std::span<const Operator> where_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
