#include <array>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// ArrayFeatureExtractor: some elements of the last dimension, by their numbers. Negative ones count from the end: ONNX
/// says nothing of them, its reference implementation has it so, and skl2onnx's RadiusNeighbors* write -1 for those
/// that are no neighbours (whose weight is 0). ONNX Runtime 1.32 fails on them.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

template <class T>
class ArrayFeatureExtractor final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    const std::span<const std::int64_t> numbers = inputs[1]->tensor.values<std::int64_t>();
    if (x.rank() == 0) throw Failure("selects from a scalar");
    if (numbers.empty()) throw Failure("selects nothing");
    const std::int64_t width = x.shape().back();
    for (const std::int64_t number : numbers) {
      if (number < -width || number >= width) {
        throw Failure("selects number " + std::to_string(number) + " of " + std::to_string(width));
      }
    }
    if (outputs[0] == nullptr) return;
    const auto selected = static_cast<std::int64_t>(numbers.size());
    const Shape shape = x.rank() == 1 ? Shape{1, selected} : x.shape().with(x.rank() - 1, selected);
    const std::span<T> y = outputs[0]->tensor.reset<T>(shape);
    const T* line = x.values<T>().data();
    for (std::size_t i = 0; i < y.size(); line += width) {
      for (const std::int64_t number : numbers) y[i++] = line[number < 0 ? number + width : number];
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    const Traced& x = inputs[0];
    const Traced& numbers = inputs[1];
    if (numbers.rows.is_none()) {
      const bool apart = x.rows.axis() + 1 < x.shape.rank();
      return apart ? x.rows : RowAxis::mixed();
    }
    // One number a row selects one element a row.
    const bool one_each = numbers.shape.elements() == static_cast<std::size_t>(numbers.shape[numbers.rows.axis()]);
    return x.rows.is_none() && one_each ? RowAxis::at(output.rank() - 1) : RowAxis::mixed();
  }
};

std::shared_ptr<const Operation> array_feature_extractor(Node& node) {
  if (node.type(1) != DataType::int64) {
    node.malformed("selects by numbers of type " + std::string(to_string(node.type(1))));
  }
  node.gives(node.type(0));
  return by_type(node, node.type(0), Anything(),
                 []<class T>() { return std::make_shared<ArrayFeatureExtractor<T>>(); });
}

constexpr std::array kOperators{
    Operator{kMlDomain, "ArrayFeatureExtractor", 1, array_feature_extractor},
};

}  // namespace

std::span<const Operator> array_feature_extractor_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
