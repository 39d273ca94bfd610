#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>

#include "operators/broadcast.hpp"
#include "operators/by_type.hpp"

/// Operators that treat every element alone, made of a function of one or two numbers.
namespace pelton::operators {

/// A NaN is always the same NaN: which of two operands' a machine keeps depends on the order they are
/// loaded in, which compilers choose.
template <std::floating_point T>
constexpr T settled(T value) noexcept {
  return value == value ? value : std::numeric_limits<T>::quiet_NaN();
}

/// An integer as one whose arithmetic wraps around; cast back, the low bits of the result are kept.
template <std::integral T>
constexpr std::uint64_t wrapping(T value) noexcept {
  return static_cast<std::uint64_t>(value);
}

/// F of every element of T, as Y. F is copied from its parameters; it gets Computed<T>.
template <class T, class Y, class F>
class Elementwise final : public Operation {
 public:
  explicit Elementwise(F f = F()) : f_(f) {}

  void run(std::span<const tensor::Value* const> inputs, std::span<tensor::Value* const> outputs,
           tensor::RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const std::span<const T> x = inputs[0]->tensor.values<T>();
    const std::span<Y> y = outputs[0]->tensor.reset<Y>(inputs[0]->tensor.shape());
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<Y>(f_(static_cast<Computed<T>>(x[i])));
  }
  tensor::RowAxis row_axis(std::span<const tensor::Traced> inputs, const Shape&, std::size_t) const override {
    return inputs[0].rows;
  }

 private:
  F f_;
};

/// F of every pair of elements of A and B, spread over each other, as Y.
template <class A, class B, class Y, class F>
class Pairwise final : public Operation {
 public:
  explicit Pairwise(Placement placement, F f = F()) : placement_(placement), f_(f) {}

  void run(std::span<const tensor::Value* const> inputs, std::span<tensor::Value* const> outputs,
           tensor::RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& a = inputs[0]->tensor;
    const Tensor& b = inputs[1]->tensor;
    const Broadcast<2> spread({a.shape(), placement_.second(a.shape(), b.shape())});
    const std::span<Y> y = outputs[0]->tensor.reset<Y>(spread.shape());
    zip(spread, a.values<A>().data(), b.values<B>().data(), y.data(),
        [f = f_](A u, B v) { return static_cast<Y>(f(static_cast<Computed<A>>(u), static_cast<Computed<B>>(v))); });
  }
  tensor::RowAxis row_axis(std::span<const tensor::Traced> inputs, const Shape& output, std::size_t) const override {
    return placement_.rows(inputs, output);
  }

 private:
  Placement placement_;
  F f_;
};

/// The type that inputs 0 and 1 have in common; refuses the node where they differ.
inline DataType common_type(const Node& node) {
  const DataType type = node.type(0);
  if (node.type(1) != type) {
    node.malformed("takes " + std::string(to_string(type)) + " and " + std::string(to_string(node.type(1))) +
                   ", which must be the same type");
  }
  return type;
}

/// The operation F of two tensors of one of the types of the list, giving that type.
template <class F, class List>
std::shared_ptr<const Operation> pairwise(Node& node, List types, F f = F()) {
  const DataType type = common_type(node);
  const Placement placement(node);
  node.gives(type);
  return by_type(node, type, types, [&]<class T>() { return std::make_shared<Pairwise<T, T, T, F>>(placement, f); });
}

/// The same for a question, answered by a bool.
template <class F, class List>
std::shared_ptr<const Operation> compared(Node& node, List types) {
  const DataType type = common_type(node);
  const Placement placement(node);
  node.gives(DataType::boolean);
  return by_type(node, type, types, [&]<class T>() { return std::make_shared<Pairwise<T, T, bool, F>>(placement); });
}

/// The operation F of a tensor of one of the types of the list, giving that type.
template <class F, class List>
std::shared_ptr<const Operation> elementwise(Node& node, List types, F f = F()) {
  const DataType type = node.type(0);
  node.ignore("consumed_inputs");
  node.gives(type);
  return by_type(node, type, types, [&]<class T>() { return std::make_shared<Elementwise<T, T, F>>(f); });
}

}  // namespace pelton::operators
