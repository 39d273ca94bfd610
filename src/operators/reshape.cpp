#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"

/// The same elements in other dimensions: Reshape and Flatten.
namespace pelton::operators {
namespace {

using tensor::Count;
using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

class Reshape final : public Operation {
 public:
  Reshape(IntegersArgument target, bool zero_is_zero) : target_(target), zero_is_zero_(zero_is_zero) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    outputs[0]->tensor.assign(data, shape_for(data.shape(), target_.in(inputs).value_or(Integers())));
  }

  /// Rows stay apart where one dimension of the result is the number of rows, however many there are,
  /// and as many elements stand inside it as inside the rows given.
  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    if (!inputs[0].rows.is_axis()) return trace_moves(*this, inputs, 1, output, i);
    const std::optional<std::vector<Count>> target = target_counts(inputs);
    if (!target) return {};
    const std::size_t rows = inputs[0].rows.axis();
    const std::size_t inside = inputs[0].shape.elements_between(rows + 1, inputs[0].shape.rank());
    const std::size_t outside = inputs[0].shape.elements_between(0, rows);
    if (inside == 0 || outside == 0) return {};
    const std::optional<std::size_t> axis = rows_dimension(*target, rows);
    if (!axis || output.elements_between(*axis + 1, output.rank()) != inside) return {};
    if (output.elements_between(0, *axis) != outside) return {};
    return {RowAxis::at(*axis)};
  }

 private:
  Shape shape_for(const Shape& from, const Integers& target) const {
    std::array<std::int64_t, Integers::kMost> dims{};
    std::size_t unknown = target.size();
    for (std::size_t i = 0; i < target.size(); ++i) {
      dims[i] = target[i];
      if (target[i] == 0 && !zero_is_zero_) {
        if (i >= from.rank()) throw Failure("keeps dimension " + std::to_string(i) + " of shape " + to_string(from));
        dims[i] = from[i];
      } else if (target[i] == -1) {
        if (unknown != target.size()) throw Failure("leaves two dimensions to be found out");
        unknown = i;
        dims[i] = 1;
      }
    }
    const std::span<const std::int64_t> all(dims.data(), target.size());
    const Shape known(all);
    const std::size_t elements = known.elements();
    if (unknown == target.size()) {
      if (elements == from.elements()) return known;
    } else if (elements != 0 && from.elements() % elements == 0) {
      return known.with(unknown, static_cast<std::int64_t>(from.elements() / elements));
    }
    throw Failure("cannot bring shape " + to_string(from) + " to " + text(target));
  }

  static std::string text(const Integers& target) {
    std::string text = "[";
    for (std::size_t i = 0; i < target.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(target[i]);
    return text + "]";
  }

  std::optional<std::vector<Count>> target_counts(std::span<const Traced> inputs) const {
    if (inputs.size() > 1 && inputs[1].rows.is_counted()) return counts_of(inputs[1]);
    if (!target_.is_known(inputs)) return std::nullopt;
    std::vector<Count> counts;
    const Integers target = target_.in(inputs).value_or(Integers());
    for (const std::int64_t dim : target) counts.push_back({dim, false});
    return counts;
  }

  /// The one dimension of the result that is the number of rows, given what the target says of each and
  /// which dimension is the rows' in the data.
  std::optional<std::size_t> rows_dimension(const std::vector<Count>& target, std::size_t rows) const {
    std::optional<std::size_t> told;
    std::optional<std::size_t> unknown;
    for (std::size_t i = 0; i < target.size(); ++i) {
      const bool is_kept = target[i].factor == 0 && !zero_is_zero_;
      if (target[i] == Count{-1, false}) unknown = i;
      if (target[i].of_rows && target[i].factor != 1) return std::nullopt;
      if (!target[i].of_rows && !(is_kept && i == rows)) continue;
      if (told) return std::nullopt;
      told = i;
    }
    return told ? told : unknown;
  }

  IntegersArgument target_;
  bool zero_is_zero_;
};

class Flatten final : public Operation {
 public:
  explicit Flatten(std::int64_t axis) : axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Shape& from = inputs[0]->tensor.shape();
    const std::size_t axis = first_inside(from.rank());
    outputs[0]->tensor.assign(inputs[0]->tensor, {static_cast<std::int64_t>(from.elements_between(0, axis)),
                                                  static_cast<std::int64_t>(from.elements_between(axis, from.rank()))});
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const Shape& from = inputs[0].shape;
    const std::size_t rows = inputs[0].rows.axis();
    const std::size_t axis = first_inside(from.rank());
    // Rows alone make up a dimension of the result where all that is joined with them is of size 1.
    if (rows < axis) return from.erased(rows).elements_between(0, axis - 1) == 1 ? RowAxis::at(0) : RowAxis::mixed();
    const std::size_t beside = from.elements_between(axis, rows) * from.elements_between(rows + 1, from.rank());
    return beside == 1 ? RowAxis::at(1) : RowAxis::mixed();
  }

 private:
  std::size_t first_inside(std::size_t rank) const {
    const auto axes = static_cast<std::int64_t>(rank);
    if (axis_ == axes) return rank;
    return tensor::axis_of(axis_, rank);
  }

  std::int64_t axis_;
};

std::shared_ptr<const Operation> reshape(Node& node) {
  constexpr std::int64_t kShapeIsInput = 5;
  constexpr std::int64_t kAllowsZero = 14;
  node.gives(node.type(0));
  const IntegersArgument target = IntegersArgument::of(node, "shape", kShapeIsInput, 1);
  if (!target.is_given()) node.malformed("lacks a shape");
  if (node.opset() < kShapeIsInput) node.ignore("consumed_inputs");
  const bool zero_is_zero = node.opset() >= kAllowsZero && node.integer("allowzero", 0) != 0;
  return std::make_shared<Reshape>(target, zero_is_zero);
}

std::shared_ptr<const Operation> flatten(Node& node) {
  node.gives(node.type(0));
  return std::make_shared<Flatten>(node.integer("axis", 1));
}

constexpr std::array kOperators{
    Operator{"", "Flatten", 1, flatten},
    Operator{"", "Reshape", 1, reshape},
};

}  // namespace

std::span<const Operator> reshape_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
