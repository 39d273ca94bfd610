#include <array>

#include "operators/by_size.hpp"
#include "operators/element_indices.hpp"
#include "operators/registry.hpp"

/// GatherElements: an element for each index.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

template <class Word, class Index>
class GatherElements final : public Operation {
 public:
  explicit GatherElements(std::int64_t axis) : axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Tensor& indices = inputs[1]->tensor;
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), indices.shape());
    for_each_element_index<Index>(
        data.shape(), indices, tensor::axis_of(axis_, data.rank()),
        [&](std::size_t i, std::size_t place) { copy_element<Word>(data.data(), place, result.data(), i); });
  }

  /// Rows stay apart where they are in the indices: beside the axis, the data must have its own there.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    const std::size_t axis = tensor::axis_of(axis_, output.rank());
    const RowAxis rows = inputs[1].rows;
    if (!rows.is_axis()) return RowAxis::mixed();
    if (rows.axis() == axis) return inputs[0].rows.is_none() ? rows : RowAxis::mixed();
    return inputs[0].rows == rows ? rows : RowAxis::mixed();
  }

 private:
  std::int64_t axis_;
};

std::shared_ptr<const Operation> gather_elements(Node& node) {
  const DataType type = node.type(0);
  node.gives(type);
  check_index_type(node, 1);
  const std::int64_t axis = node.integer("axis", 0);
  return by_size(node, type, [&]<class Word>() -> std::shared_ptr<const Operation> {
    if (node.type(1) == DataType::int32) return std::make_shared<GatherElements<Word, std::int32_t>>(axis);
    return std::make_shared<GatherElements<Word, std::int64_t>>(axis);
  });
}

constexpr std::array kOperators{
    Operator{"", "GatherElements", 11, gather_elements},
};

}  // namespace

std::span<const Operator> gather_elements_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
