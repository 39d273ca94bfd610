#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "operators/registry.hpp"

/// Compress: the slices of a tensor that a list of bools keeps.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class Compress final : public Operation {
 public:
  /// Without an axis the tensor is taken for the list of its elements.
  explicit Compress(std::optional<std::int64_t> axis) : axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& data = inputs[0]->tensor;
    const std::span<const bool> keep = inputs[1]->tensor.values<bool>();
    if (inputs[1]->tensor.rank() != 1)
      throw Failure("keeps by a condition of shape " + to_string(inputs[1]->tensor.shape()));
    const Shape from = axis_ ? data.shape() : Shape{static_cast<std::int64_t>(data.size())};
    const std::size_t axis = axis_ ? tensor::axis_of(*axis_, from.rank()) : 0;
    const auto length = static_cast<std::size_t>(from[axis]);
    // A shorter condition keeps nothing beyond its end; a longer one must not ask for what is not there.
    const auto beyond = keep.subspan(std::min(length, keep.size()));
    if (std::find(beyond.begin(), beyond.end(), true) != beyond.end()) {
      throw Failure("keeps slices beyond the " + std::to_string(length) + " that there are");
    }
    if (outputs[0] == nullptr) return;
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), from.with(axis, std::count(keep.begin(), keep.end(), true)));
    if (result.size() == 0) return;
    const std::size_t outside = from.elements_between(0, axis);
    const std::size_t slice = from.elements_between(axis + 1, from.rank()) * element_bytes(data.type());
    std::byte* to = result.data();
    for (std::size_t o = 0; o < outside; ++o) {
      const std::byte* const slices = data.data() + o * length * slice;
      for (std::size_t i = 0; i < keep.size(); ++i) {
        if (!keep[i]) continue;
        std::memcpy(to, slices + i * slice, slice);
        to += slice;
      }
    }
  }

  /// Rows are kept where another dimension is cut down, by the same for all of them.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    if (!axis_ || !inputs[1].rows.is_none()) return RowAxis::mixed();
    const bool beside = inputs[0].rows.axis() != tensor::axis_of(*axis_, inputs[0].shape.rank());
    return beside ? inputs[0].rows : RowAxis::mixed();
  }

 private:
  std::optional<std::int64_t> axis_;
};

std::shared_ptr<const Operation> compress(Node& node) {
  if (node.type(1) != DataType::boolean) {
    node.malformed("keeps by a condition of type " + std::string(to_string(node.type(1))));
  }
  node.gives(node.type(0));
  const bool along = node.has("axis");
  const std::int64_t axis = node.integer("axis", 0);
  return std::make_shared<Compress>(along ? std::optional(axis) : std::nullopt);
}

constexpr std::array kOperators{
    Operator{"", "Compress", 9, compress},
};

}  // namespace

std::span<const Operator> compress_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
