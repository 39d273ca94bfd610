#include "tensor/operation.hpp"

#include <algorithm>
#include <numeric>

namespace pelton::tensor {
namespace {

/// Steps that going through a tensor takes: texts are read whole, and of no elements the lines are counted.
std::size_t steps(const Tensor& tensor) {
  if (tensor.size() == 0) {
    return std::accumulate(tensor.shape().begin(), tensor.shape().end(), std::size_t{1},
                           [](std::size_t product, std::int64_t dim) {
                             return product * static_cast<std::size_t>(std::max<std::int64_t>(dim, 1));
                           });
  }
  if (tensor.type() != DataType::string) return tensor.size();
  const auto texts = tensor.values<std::string_view>();
  return std::accumulate(texts.begin(), texts.end(), texts.size(),
                         [](std::size_t sum, std::string_view text) { return sum + text.size(); });
}

std::size_t steps(const Value& value) {
  if (!value.is_sequence) return steps(value.tensor);
  std::size_t sum = value.length;
  for (std::size_t i = 0; i < value.length; ++i) sum += steps(value.sequence[i]);
  return sum;
}

/// Steps that giving a value takes. What is large is memory that the system clears first: a step a byte.
std::size_t steps_to_give(const Value& value) {
  constexpr std::size_t kLargeBytes = std::size_t{1} << 20;
  if (value.is_sequence) return value.length;
  const std::size_t bytes = value.tensor.bytes();
  return bytes < kLargeBytes ? value.tensor.size() : bytes;
}

}  // namespace

void RunContext::spend(std::initializer_list<std::size_t> factors) {
  std::size_t product = 1;
  bool overflows = false;
  for (const std::size_t factor : factors) {
    if (factor == 0) return;
    overflows = __builtin_mul_overflow(product, factor, &product) || overflows;
  }
  if (overflows || product > work) {
    work = 0;
    throw Failure("takes more work than may be spent on it");
  }
  work -= product;
}

void run_counted(const Operation& operation, std::span<const Value* const> inputs, std::span<Value* const> outputs,
                 RunContext& context) {
  constexpr std::size_t kOverhead = 32;  // of any operation
  context.spend({kOverhead});
  for (const Value* const input : inputs) {
    if (input != nullptr) context.spend({steps(*input)});
  }
  operation.run(inputs, outputs, context);
  for (const Value* const output : outputs) {
    if (output != nullptr) context.spend({steps_to_give(*output)});
  }
}

}  // namespace pelton::tensor
