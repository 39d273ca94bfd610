#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"
#include "operators/strided_copy.hpp"

/// Slice: every so many elements between bounds, along some dimensions.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

/// What is taken along one dimension.
struct Range {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t size = 0;
};

/// Python's rules: bounds count from the end where negative, and are brought back to the dimension where
/// they are beyond it.
Range range_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t dim) {
  if (step == 0) throw Failure("has a step of 0");
  const auto bound = [&](std::int64_t at) {
    const std::int64_t low = step > 0 ? 0 : -1;
    return std::clamp(at < 0 ? std::max(at, -dim - 1) + dim : at, low, low + dim);
  };
  const std::int64_t first = bound(start);
  const std::int64_t last = bound(end);
  // Unsigned, so that the smallest step there is has a size too.
  const std::uint64_t stride = step > 0 ? static_cast<std::uint64_t>(step) : -static_cast<std::uint64_t>(step);
  const std::int64_t length = step > 0 ? last - first : first - last;
  if (length <= 0) return {};
  const std::uint64_t size = (static_cast<std::uint64_t>(length) - 1) / stride + 1;
  return {first, size == 1 ? 1 : step, static_cast<std::int64_t>(size)};
}

class Slice final : public Operation {
 public:
  struct Arguments {
    IntegersArgument starts;
    IntegersArgument ends;
    IntegersArgument axes;
    IntegersArgument steps;
  };
  explicit Slice(const Arguments& arguments) : arguments_(arguments) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const auto ranges = ranges_for(data.shape(), lists(inputs));
    std::array<std::int64_t, tensor::kMaxRank> dims{};
    for (std::size_t d = 0; d < data.rank(); ++d) dims[d] = ranges[d].size;
    const Shape shape(std::span<const std::int64_t>(dims.data(), data.rank()));
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), shape);
    if (result.size() == 0) return;
    const auto from_strides = strides_of(data.shape());
    const auto to_strides = strides_of(shape);
    StridedCopy copy;
    std::int64_t first = 0;
    for (std::size_t d = 0; d < data.rank(); ++d) {
      first += ranges[d].start * from_strides[d];
      copy.add(shape[d], ranges[d].step * from_strides[d], to_strides[d]);
    }
    const std::size_t bytes = element_bytes(data.type());
    copy.run(data.data() + static_cast<std::size_t>(first) * bytes, result.data(), bytes);
  }

  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    return trace_moves(*this, inputs, 1, output, i);
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    if (!inputs[0].rows.is_axis()) return RowAxis::mixed();
    for (const IntegersArgument* list : {&arguments_.starts, &arguments_.ends, &arguments_.axes, &arguments_.steps}) {
      if (!list->is_known(inputs)) return RowAxis::mixed();
    }
    const Lists known = lists(inputs);
    for (std::size_t i = 0; i < known.starts.size(); ++i) {
      if (tensor::axis_of(known.axis(i), inputs[0].shape.rank()) != inputs[0].rows.axis()) continue;
      // All rows, however many there are.
      const bool is_whole = known.starts[i] == 0 && known.ends[i] >= tensor::kMaxElements && known.step(i) == 1;
      if (!is_whole) return RowAxis::mixed();
    }
    return inputs[0].rows;
  }

 private:
  /// The arguments in one run, checked.
  struct Lists {
    Integers starts;
    Integers ends;
    std::optional<Integers> axes;
    std::optional<Integers> steps;

    std::int64_t axis(std::size_t i) const { return axes ? (*axes)[i] : static_cast<std::int64_t>(i); }
    std::int64_t step(std::size_t i) const { return steps ? (*steps)[i] : 1; }
  };

  template <class Inputs>
  Lists lists(const Inputs& inputs) const {
    Lists lists{arguments_.starts.in(inputs).value_or(Integers()), arguments_.ends.in(inputs).value_or(Integers()),
                arguments_.axes.in(inputs), arguments_.steps.in(inputs)};
    const std::size_t size = lists.starts.size();
    const bool agree = lists.ends.size() == size && (!lists.axes || lists.axes->size() == size) &&
                       (!lists.steps || lists.steps->size() == size);
    if (!agree) throw Failure("has lists of different lengths");
    return lists;
  }

  static std::array<Range, tensor::kMaxRank> ranges_for(const Shape& shape, const Lists& lists) {
    std::array<Range, tensor::kMaxRank> ranges{};
    for (std::size_t d = 0; d < shape.rank(); ++d) ranges[d] = {0, 1, shape[d]};
    std::array<bool, tensor::kMaxRank> listed{};
    for (std::size_t i = 0; i < lists.starts.size(); ++i) {
      const std::size_t axis = tensor::axis_of(lists.axis(i), shape.rank());
      if (std::exchange(listed[axis], true)) throw Failure("slices dimension " + std::to_string(axis) + " twice");
      ranges[axis] = range_of(lists.starts[i], lists.ends[i], lists.step(i), shape[axis]);
    }
    return ranges;
  }

  Arguments arguments_;
};

std::shared_ptr<const Operation> slice(Node& node) {
  constexpr std::int64_t kListsAreInputs = 10;
  node.gives(node.type(0));
  Slice::Arguments arguments;
  arguments.starts = IntegersArgument::of(node, "starts", kListsAreInputs, 1);
  arguments.ends = IntegersArgument::of(node, "ends", kListsAreInputs, 2);
  arguments.axes = IntegersArgument::of(node, "axes", kListsAreInputs, 3);
  if (node.opset() >= kListsAreInputs) arguments.steps = IntegersArgument::input(node, 4);
  if (!arguments.starts.is_given() || !arguments.ends.is_given()) node.malformed("lacks starts or ends");
  return std::make_shared<Slice>(arguments);
}

constexpr std::array kOperators{
    Operator{"", "Slice", 1, slice},
};

}  // namespace

std::span<const Operator> slice_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
