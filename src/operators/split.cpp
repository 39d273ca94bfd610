#include <algorithm>
#include <array>
#include <vector>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/pieces.hpp"
#include "operators/registry.hpp"

/// Split: a tensor cut along an axis.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

class Split final : public Operation {
 public:
  /// `lengths` of the parts; empty: an input holds them or, where it is left out, they are equal, but for
  /// a shorter last one where `last_is_shorter`.
  Split(std::int64_t axis, std::vector<std::int64_t> lengths, bool last_is_shorter)
      : axis_(axis), lengths_(std::move(lengths)), last_is_shorter_(last_is_shorter) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& data = inputs[0]->tensor;
    const std::size_t axis = tensor::axis_of(axis_, data.rank());
    const std::span<const std::int64_t> lengths = given_lengths(inputs);
    const std::int64_t whole = data.shape()[axis];
    const std::int64_t equal = lengths.empty() ? equal_length(whole, outputs.size()) : 0;
    if (!lengths.empty()) check(lengths, whole, outputs.size());
    std::int64_t start = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::int64_t length = lengths.empty() ? std::min(equal, whole - start) : lengths[i];
      if (outputs[i] != nullptr) cut(data, axis, start, length, outputs[i]->tensor);
      start += length;
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    const RowAxis rows = inputs[0].rows;
    if (inputs.size() > 1 && !inputs[1].rows.is_none()) return RowAxis::mixed();
    return rows.axis() == tensor::axis_of(axis_, output.rank()) ? RowAxis::mixed() : rows;
  }

 private:
  std::span<const std::int64_t> given_lengths(std::span<const Value* const> inputs) const {
    if (inputs.size() < 2 || inputs[1] == nullptr) return lengths_;
    const std::span<const std::int64_t> lengths = inputs[1]->tensor.values<std::int64_t>();
    if (lengths.empty()) throw Failure("has an empty list of lengths");
    return lengths;
  }

  static void check(std::span<const std::int64_t> lengths, std::int64_t whole, std::size_t outputs) {
    if (lengths.size() != outputs) {
      throw Failure("has " + std::to_string(lengths.size()) + " lengths for " + std::to_string(outputs) + " parts");
    }
    std::int64_t left = whole;
    for (const std::int64_t length : lengths) {
      if (length < 0 || length > left) throw Failure("has lengths that do not sum to " + std::to_string(whole));
      left -= length;
    }
    if (left != 0) throw Failure("has lengths that do not sum to " + std::to_string(whole));
  }

  std::int64_t equal_length(std::int64_t whole, std::size_t outputs) const {
    const auto parts = static_cast<std::int64_t>(outputs);
    const std::int64_t length = (whole + parts - 1) / parts;
    // Rounded up, the parts before the last must leave it something (or all be empty).
    const bool fits = last_is_shorter_ ? length * (parts - 1) <= whole : length * parts == whole;
    if (!fits) throw Failure("cannot cut " + std::to_string(whole) + " into " + std::to_string(outputs) + " parts");
    return length;
  }

  std::int64_t axis_;
  std::vector<std::int64_t> lengths_;
  bool last_is_shorter_;
};

std::shared_ptr<const Operation> split(Node& node) {
  constexpr std::int64_t kAttributeOnly = 2;
  constexpr std::int64_t kLengthsAreInput = 13;
  constexpr std::int64_t kLastMayBeShorter = 18;
  for (std::size_t i = 0; i < node.outputs(); ++i) node.gives(node.type(0));
  std::vector<std::int64_t> lengths;
  if (node.opset() < kLengthsAreInput) lengths = node.integers("split");
  const bool has_input = node.has_input(1) && (node.opset() < kAttributeOnly || node.opset() >= kLengthsAreInput);
  if (has_input && node.type(1) != DataType::int64) node.refuse("has lengths that are not int64");
  if (node.opset() >= kLastMayBeShorter && node.has("num_outputs")) {
    if (has_input) node.malformed("has both lengths and \"num_outputs\"");
    const std::int64_t parts = node.integer("num_outputs", 0);
    if (parts != static_cast<std::int64_t>(node.outputs())) node.malformed("has other outputs than \"num_outputs\"");
  }
  if (node.outputs() == 0) node.malformed("has no outputs");
  return std::make_shared<Split>(node.integer("axis", 0), std::move(lengths), node.opset() >= kLastMayBeShorter);
}

constexpr std::array kOperators{
    Operator{"", "Split", 2, split},
};

}  // namespace

std::span<const Operator> split_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
