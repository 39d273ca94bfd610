#include "operators/counts.hpp"

#include <algorithm>

namespace pelton::operators {

using tensor::Count;
using tensor::RowAxis;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

namespace {

/// A tensor like `like` whose elements are first, first + 1, …
void name_elements(const Tensor& like, std::size_t first, Tensor& names) {
  names.reset(like.type(), like.shape());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (like.type() == DataType::int32) {
      names.values<std::int32_t>()[i] = static_cast<std::int32_t>(first + i);
    } else {
      names.values<std::int64_t>()[i] = static_cast<std::int64_t>(first + i);
    }
  }
}

std::int64_t element(const Tensor& tensor, std::size_t i) {
  return tensor.type() == DataType::int32 ? tensor.values<std::int32_t>()[i] : tensor.values<std::int64_t>()[i];
}

}  // namespace

bool any_counted(std::span<const Traced> inputs) noexcept {
  return std::any_of(inputs.begin(), inputs.end(), [](const Traced& input) { return input.rows.is_counted(); });
}

std::optional<std::vector<Count>> counts_of(const Traced& input) {
  if (input.rows.is_counted()) return std::vector<Count>(input.counts.begin(), input.counts.end());
  if (!input.rows.is_none() || input.value == nullptr) return std::nullopt;
  const DataType type = input.value->type();
  if (type != DataType::int32 && type != DataType::int64) return std::nullopt;
  std::vector<Count> counts(input.value->size());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i].factor = element(*input.value, i);
  return counts;
}

Trace moved_counts(const Operation& operation, std::span<const Traced> inputs, std::size_t moved, std::size_t output) {
  // Shapes are short. What is long is no shape, and not worth following.
  constexpr std::size_t kMostNames = 256;
  std::vector<Count> named;
  std::vector<Value> values(inputs.size());
  std::vector<const Value*> taken(inputs.size(), nullptr);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].present) continue;
    if (inputs[i].value == nullptr || inputs[i].rows.is_axis()) return {};
    taken[i] = &values[i];
    if (i >= moved) {
      if (!inputs[i].rows.is_none()) return {};
      values[i].tensor.assign(*inputs[i].value);
      continue;
    }
    const std::optional<std::vector<Count>> counts = counts_of(inputs[i]);
    if (!counts || named.size() + counts->size() > kMostNames) return {};
    name_elements(*inputs[i].value, named.size(), values[i].tensor);
    named.insert(named.end(), counts->begin(), counts->end());
  }
  std::vector<Value> results(output + 1);
  std::vector<Value*> given(output + 1, nullptr);
  given[output] = &results[output];
  core::TextArena texts;
  tensor::RunContext context{texts};
  operation.run(taken, given, context);
  Trace trace{RowAxis::counted()};
  const Tensor& names = results[output].tensor;
  if (results[output].is_sequence || names.size() > kMostNames) return {};
  for (std::size_t i = 0; i < names.size(); ++i) {
    trace.counts.push_back(named[static_cast<std::size_t>(element(names, i))]);
  }
  const bool of_rows = std::any_of(trace.counts.begin(), trace.counts.end(), [](Count c) { return c.of_rows; });
  if (!of_rows) trace = {RowAxis::none()};
  return trace;
}

}  // namespace pelton::operators
