#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "operators/by_type.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"
#include "operators/strided_copy.hpp"

/// Pad: a tensor with more (or, where pads are negative, fewer) elements at the ends of its dimensions.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

enum class Mode : std::uint8_t { constant, reflect, edge, wrap };

/// What happens to one dimension: negative pads first crop the data to [low, high), then the window is
/// padded. Element i of the result stands at coordinate i - before of the data.
struct Padding {
  std::int64_t before = 0;
  std::int64_t size = 0;  ///< of the result
  std::int64_t low = 0;
  std::int64_t high = 0;

  /// Where the data's element for a coordinate outside the window is.
  std::int64_t source(std::int64_t at, Mode mode) const noexcept {
    if (mode == Mode::edge) return std::clamp(at, low, high - 1);
    const std::int64_t window = high - low;
    const auto modulo = [](std::int64_t value, std::int64_t period) {
      const std::int64_t rest = value % period;
      return rest < 0 ? rest + period : rest;
    };
    if (mode == Mode::wrap) return low + modulo(at - low, window);
    // There and back again, without the ends twice; as often as it takes.
    if (window == 1) return low;
    const std::int64_t step = modulo(at - low, 2 * (window - 1));
    return low + std::min(step, 2 * (window - 1) - step);
  }
};

class Pad final : public Operation {
 public:
  struct Arguments {
    IntegersArgument pads;
    IntegersArgument axes;
    Mode mode = Mode::constant;
    Tensor value;                 ///< one element
    bool value_is_input = false;  ///< rather input 2 holds it
  };
  explicit Pad(Arguments arguments) : arguments_(std::move(arguments)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const auto paddings = paddings_for(data.shape(), inputs);
    std::array<std::int64_t, tensor::kMaxRank> dims{};
    for (std::size_t d = 0; d < data.rank(); ++d) dims[d] = paddings[d].size;
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), Shape(std::span<const std::int64_t>(dims.data(), data.rank())));
    if (result.size() == 0) return;
    if (arguments_.mode == Mode::constant) fill(value_in(inputs), result);
    copy_window(data, paddings, result);
    if (arguments_.mode == Mode::constant) return;
    for (std::size_t d = data.rank(); d-- > 0;) pad_dimension(paddings[d], d, result);
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool known = inputs[0].rows.is_axis() && arguments_.pads.is_known(inputs) && arguments_.axes.is_known(inputs);
    if (!known || (arguments_.value_is_input && !inputs[2].rows.is_none())) return RowAxis::mixed();
    const Padding padding = paddings_for(inputs[0].shape, inputs)[inputs[0].rows.axis()];
    const std::int64_t rows = inputs[0].shape[inputs[0].rows.axis()];
    const bool untouched = padding.before == 0 && padding.size == rows;
    return untouched ? inputs[0].rows : RowAxis::mixed();
  }

 private:
  using Paddings = std::array<Padding, tensor::kMaxRank>;

  template <class Inputs>
  Paddings paddings_for(const Shape& shape, const Inputs& inputs) const {
    const auto pads = arguments_.pads.in(inputs).value_or(Integers());
    const std::optional<Integers> axes = arguments_.axes.in(inputs);
    const std::size_t padded = axes ? axes->size() : shape.rank();
    if (pads.size() != 2 * padded) {
      throw Failure("has " + std::to_string(pads.size()) + " pads for " + std::to_string(padded) + " dimensions");
    }
    if (axes) listed_axes(*axes, shape.rank());
    Paddings paddings{};
    for (std::size_t d = 0; d < shape.rank(); ++d) paddings[d] = {0, shape[d], 0, shape[d]};
    for (std::size_t i = 0; i < padded; ++i) {
      const std::size_t axis = axes ? tensor::axis_of((*axes)[i], shape.rank()) : i;
      paddings[axis] = padding_for(shape[axis], pads[i], pads[padded + i]);
    }
    return paddings;
  }

  Padding padding_for(std::int64_t dim, std::int64_t before, std::int64_t after) const {
    constexpr std::int64_t kMost = tensor::kMaxElements;
    if (std::clamp(before, -kMost, kMost) != before || std::clamp(after, -kMost, kMost) != after) {
      throw Failure("has pads of more than " + std::to_string(kMost));
    }
    const std::int64_t low = std::max<std::int64_t>(0, -before);
    const Padding padding{before, dim + before + after, low, std::max(low, dim + std::min<std::int64_t>(0, after))};
    if (arguments_.mode != Mode::constant && padding.low == padding.high && padding.size > 0) {
      throw Failure("pads a dimension of which nothing is left with its own elements");
    }
    return padding;
  }

  const Tensor& value_in(std::span<const Value* const> inputs) const {
    const Tensor& value = arguments_.value_is_input ? inputs[2]->tensor : arguments_.value;
    if (value.size() != 1) throw Failure("has a value of shape " + to_string(value.shape()) + ", not one element");
    return value;
  }

  static void fill(const Tensor& value, Tensor& result) {
    StridedCopy copy;
    copy.add(static_cast<std::int64_t>(result.size()), 0, 1);
    copy.run(value.data(), result.data(), element_bytes(result.type()));
  }

  /// Puts what is left of the data where it belongs in the result.
  static void copy_window(const Tensor& data, const Paddings& paddings, Tensor& result) {
    const auto from_strides = strides_of(data.shape());
    const auto to_strides = strides_of(result.shape());
    StridedCopy copy;
    std::int64_t from = 0;
    std::int64_t to = 0;
    for (std::size_t d = 0; d < data.rank(); ++d) {
      const Padding& padding = paddings[d];
      if (padding.low == padding.high) return;
      from += padding.low * from_strides[d];
      to += (padding.low + padding.before) * to_strides[d];
      copy.add(padding.high - padding.low, from_strides[d], to_strides[d]);
    }
    const std::size_t bytes = element_bytes(data.type());
    copy.run(data.data() + static_cast<std::size_t>(from) * bytes, result.data() + static_cast<std::size_t>(to) * bytes,
             bytes);
  }

  /// Copies slices of the result along a dimension to those beyond the window. Dimensions inside are
  /// done; what is beyond the windows of those outside is written later.
  void pad_dimension(const Padding& padding, std::size_t axis, Tensor& result) const {
    const Shape& shape = result.shape();
    const std::size_t bytes = shape.elements_between(axis + 1, shape.rank()) * element_bytes(result.type());
    const std::size_t outside = shape.elements_between(0, axis);
    for (std::size_t o = 0; o < outside; ++o) {
      std::byte* const slices = result.data() + o * static_cast<std::size_t>(padding.size) * bytes;
      for (std::int64_t i = 0; i < padding.size; ++i) {
        const std::int64_t at = i - padding.before;
        if (at >= padding.low && at < padding.high) continue;
        const auto source = static_cast<std::size_t>(padding.source(at, arguments_.mode) + padding.before);
        std::memcpy(slices + static_cast<std::size_t>(i) * bytes, slices + source * bytes, bytes);
      }
    }
  }

  Arguments arguments_;
};

Mode mode_of(const Node& node) {
  constexpr std::int64_t kWraps = 19;
  const std::string name = node.text("mode", "constant");
  if (name == "constant") return Mode::constant;
  if (name == "reflect") return Mode::reflect;
  if (name == "edge") return Mode::edge;
  if (name == "wrap" && node.opset() >= kWraps) return Mode::wrap;
  node.malformed("has no mode \"" + name + "\"");
}

template <class T>
Tensor value_as(const Node& node) {
  return Tensor::scalar(T(static_cast<Computed<T>>(node.number("value", 0))));
}

/// The value in an attribute, of a type that versions which have it work on.
Tensor attribute_value(const Node& node, DataType type) {
  switch (type) {
    case DataType::float32: return value_as<float>(node);
    case DataType::float64: return value_as<double>(node);
    case DataType::float16: return value_as<tensor::Float16>(node);
    default: node.refuse("pads other types than " + std::string(to_string(type)));
  }
}

Tensor zero(DataType type) {
  if (type == DataType::string) return Tensor::scalar(std::string_view());
  Tensor value;
  value.reset(type, {});
  std::memset(value.data(), 0, value.bytes());
  return value;
}

std::shared_ptr<const Operation> pad(Node& node) {
  constexpr std::int64_t kPadsAreInput = 11;
  constexpr std::int64_t kAxes = 18;
  const DataType type = node.type(0);
  node.gives(type);
  Pad::Arguments arguments;
  arguments.mode = mode_of(node);
  arguments.pads = IntegersArgument::of(node, "pads", kPadsAreInput, 1);
  if (!arguments.pads.is_given()) node.malformed("lacks pads");
  if (node.opset() >= kAxes) arguments.axes = IntegersArgument::input(node, 3);
  if (node.opset() < kPadsAreInput) {
    arguments.value = attribute_value(node, type);
  } else if (node.has_input(2)) {
    if (node.type(2) != type) node.malformed("has a value of another type than the data");
    arguments.value_is_input = true;
  } else {
    arguments.value = zero(type);
  }
  return std::make_shared<Pad>(std::move(arguments));
}

constexpr std::array kOperators{
    Operator{"", "Pad", 2, pad},
};

}  // namespace

std::span<const Operator> pad_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
