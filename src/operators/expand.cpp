#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"
#include "operators/strided_copy.hpp"

/// Tensors repeated: Expand (dimensions of size 1) and Tile (all of it).
namespace pelton::operators {
namespace {

using tensor::Count;
using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

class Expand final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Shape target(Integers(inputs[1]->tensor).values());
    const Shape shape = tensor::broadcast(data.shape(), target);
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), shape);
    const auto from_strides = strides_of(data.shape());
    const auto to_strides = strides_of(shape);
    const std::size_t lead = shape.rank() - data.rank();
    StridedCopy copy;
    for (std::size_t d = 0; d < shape.rank(); ++d) {
      const bool is_repeated = d < lead || data.shape()[d - lead] == 1;
      copy.add(shape[d], is_repeated ? 0 : from_strides[d - lead], to_strides[d]);
    }
    copy.run(data.data(), result.data(), element_bytes(data.type()));
  }

  /// The number of rows must be asked for at the rows' own dimension alone (or 1 be asked for there); asked
  /// for where there are no rows yet, it makes as many slices that are alike.
  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    const auto counts = counts_of(inputs[1]);
    if (!counts || !(inputs[0].rows.is_axis() || inputs[0].rows.is_none())) return {};
    const std::size_t data_lead = output.rank() - inputs[0].shape.rank();
    const std::size_t target_lead = output.rank() - counts->size();
    RowAxis rows = RowAxis::mixed();
    for (std::size_t d = 0; d < output.rank(); ++d) {
      const Count asked = d < target_lead ? Count{1, false} : (*counts)[d - target_lead];
      const bool is_rows = inputs[0].rows.is_axis() && d == inputs[0].rows.axis() + data_lead;
      const bool is_one = d < data_lead || inputs[0].shape[d - data_lead] == 1;
      if (is_rows ? asked != Count{1, false} && asked != Count{1, true} : asked.of_rows && !is_one) return {};
      if (asked.of_rows && asked.factor != 1) return {};
      if (!is_rows && !asked.of_rows) continue;
      if (!rows.is_mixed()) return {};
      rows = RowAxis::at(d);
    }
    return {rows};
  }
};

class Tile final : public Operation {
 public:
  explicit Tile(IntegersArgument repeats) : repeats_(repeats) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Shape& from = data.shape();
    const Integers repeats = repeats_.in(inputs).value_or(Integers());
    if (repeats.size() != from.rank()) {
      throw Failure("has " + std::to_string(repeats.size()) + " repeats for shape " + to_string(from));
    }
    std::array<std::int64_t, tensor::kMaxRank> dims{};
    for (std::size_t d = 0; d < from.rank(); ++d) {
      if (repeats[d] < 0) throw Failure("repeats " + std::to_string(repeats[d]) + " times");
      // What overflows is too large for a shape either way.
      if (__builtin_mul_overflow(from[d], repeats[d], &dims[d])) dims[d] = tensor::kMaxElements + 1;
    }
    const Shape shape(std::span<const std::int64_t>(dims.data(), from.rank()));
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), shape);
    if (result.size() == 0) return;
    const auto from_strides = strides_of(from);
    const auto to_strides = strides_of(shape);
    StridedCopy copy;
    for (std::size_t d = 0; d < from.rank(); ++d) {
      copy.add(repeats[d], 0, to_strides[d] * from[d]);
      copy.add(from[d], from_strides[d], to_strides[d]);
    }
    copy.run(data.data(), result.data(), element_bytes(data.type()));
  }

  /// The rows' dimension must not be repeated; one slice repeated once a row makes slices that are alike.
  Trace trace(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const auto counts = counts_of(inputs[1]);
    if (!counts || !(inputs[0].rows.is_axis() || inputs[0].rows.is_none())) return {};
    RowAxis rows = inputs[0].rows;
    for (std::size_t d = 0; d < counts->size(); ++d) {
      const Count repeats = (*counts)[d];
      if (rows.is_axis() && d == rows.axis() && repeats != Count{1, false}) return {};
      if (!repeats.of_rows) continue;
      if (rows.is_axis() || repeats.factor != 1 || inputs[0].shape[d] != 1) return {};
      rows = RowAxis::at(d);
    }
    return {rows};
  }

 private:
  IntegersArgument repeats_;
};

std::shared_ptr<const Operation> expand(Node& node) {
  check_index_type(node, 1);
  node.gives(node.type(0));
  return std::make_shared<Expand>();
}

std::shared_ptr<const Operation> tile(Node& node) {
  node.input(1);
  node.gives(node.type(0));
  return std::make_shared<Tile>(IntegersArgument::input(node, 1));
}

constexpr std::array kOperators{
    Operator{"", "Expand", 8, expand},
    Operator{"", "Tile", 6, tile},
};

}  // namespace

std::span<const Operator> expand_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
