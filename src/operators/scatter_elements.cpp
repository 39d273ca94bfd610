#include <array>

#include "operators/by_size.hpp"
#include "operators/element_indices.hpp"
#include "operators/registry.hpp"
#include "operators/scatter_reduction.hpp"

/// ScatterElements, formerly Scatter: a tensor of which some elements are others.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class Scattering : public Operation {
 public:
  explicit Scattering(std::int64_t axis) : axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const final {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Tensor& indices = inputs[1]->tensor;
    const Tensor& updates = inputs[2]->tensor;
    const std::size_t axis = tensor::axis_of(axis_, data.rank());
    if (!(indices.shape() == updates.shape())) {
      throw Failure("has indices of shape " + to_string(indices.shape()) + " and updates of shape " +
                    to_string(updates.shape()));
    }
    outputs[0]->tensor.assign(data);
    scatter(indices, updates, axis, outputs[0]->tensor);
  }

  /// Rows stay apart where all three tensors have theirs at one dimension beside the axis.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    const RowAxis rows = inputs[0].rows;
    const bool agree = inputs[1].rows == rows && inputs[2].rows == rows;
    return agree && rows.axis() != tensor::axis_of(axis_, output.rank()) ? rows : RowAxis::mixed();
  }

 private:
  virtual void scatter(const Tensor& indices, const Tensor& updates, std::size_t axis, Tensor& result) const = 0;

  std::int64_t axis_;
};

template <class Word, class Index>
class Replacing final : public Scattering {
 public:
  using Scattering::Scattering;

 private:
  void scatter(const Tensor& indices, const Tensor& updates, std::size_t axis, Tensor& result) const override {
    for_each_element_index<Index>(result.shape(), indices, axis, [&](std::size_t i, std::size_t place) {
      copy_element<Word>(updates.data(), i, result.data(), place);
    });
  }
};

template <class T, class Index>
class Reducing final : public Scattering {
 public:
  Reducing(std::int64_t axis, ScatterReduction reduction) : Scattering(axis), reduction_(reduction) {}

 private:
  void scatter(const Tensor& indices, const Tensor& updates, std::size_t axis, Tensor& result) const override {
    const std::span<const T> from = updates.values<T>();
    const std::span<T> to = result.values<T>();
    for_each_element_index<Index>(result.shape(), indices, axis, [&](std::size_t i, std::size_t place) {
      to[place] = reduce<T>(reduction_, to[place], from[i]);
    });
  }

  ScatterReduction reduction_;
};

std::shared_ptr<const Operation> scatter_elements(Node& node) {
  const DataType type = node.type(0);
  node.gives(type);
  check_index_type(node, 1);
  if (node.type(2) != type) node.malformed("has updates of another type than the data");
  const std::int64_t axis = node.integer("axis", 0);
  constexpr std::int64_t kReduces = 16;
  const ScatterReduction reduction = node.opset() < kReduces ? ScatterReduction::none : scatter_reduction_of(node);
  const bool is_int32 = node.type(1) == DataType::int32;
  if (reduction == ScatterReduction::none) {
    return by_size(node, type, [&]<class Word>() -> std::shared_ptr<const Operation> {
      if (is_int32) return std::make_shared<Replacing<Word, std::int32_t>>(axis);
      return std::make_shared<Replacing<Word, std::int64_t>>(axis);
    });
  }
  return by_type(node, type, Numbers(), [&]<class T>() -> std::shared_ptr<const Operation> {
    if (is_int32) return std::make_shared<Reducing<T, std::int32_t>>(axis, reduction);
    return std::make_shared<Reducing<T, std::int64_t>>(axis, reduction);
  });
}

constexpr std::array kOperators{
    Operator{"", "Scatter", 9, scatter_elements},
    Operator{"", "ScatterElements", 11, scatter_elements},
};

}  // namespace

std::span<const Operator> scatter_elements_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
