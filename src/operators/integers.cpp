#include "operators/integers.hpp"

#include <algorithm>

namespace pelton::operators {

using tensor::Failure;
using tensor::Traced;
using tensor::Value;

namespace {

void check_size(std::size_t size) {
  if (size <= Integers::kMost) return;
  throw Failure("a list of " + std::to_string(size) + " numbers; at most " + std::to_string(Integers::kMost) +
                " are carried out");
}

}  // namespace

Integers::Integers(std::span<const std::int64_t> values) : size_(values.size()) {
  check_size(size_);
  std::copy(values.begin(), values.end(), values_.begin());
}

Integers::Integers(const Tensor& values) : size_(values.size()) {
  check_size(size_);
  if (values.type() == DataType::int32) {
    std::copy_n(values.values<std::int32_t>().begin(), size_, values_.begin());
  } else {
    std::copy_n(values.values<std::int64_t>().begin(), size_, values_.begin());
  }
}

IntegersArgument IntegersArgument::attribute(const Node& node, std::string_view name) {
  IntegersArgument result;
  if (!node.has(name)) return result;
  const std::vector<std::int64_t> values = node.integers(name);
  if (values.size() > Integers::kMost) node.refuse("has too long a list \"" + std::string(name) + "\"");
  result.fixed_.emplace(values);
  return result;
}

IntegersArgument IntegersArgument::input(const Node& node, std::size_t i) {
  IntegersArgument result;
  if (!node.has_input(i)) return result;
  check_index_type(node, i);
  result.input_ = i;
  return result;
}

std::optional<Integers> IntegersArgument::in(std::span<const Value* const> inputs) const {
  if (input_ == kNone) return fixed_;
  return Integers(inputs[input_]->tensor);
}

std::optional<Integers> IntegersArgument::in(std::span<const Traced> inputs) const {
  if (input_ == kNone || !is_known(inputs)) return fixed_;
  return Integers(*inputs[input_].value);
}

bool IntegersArgument::is_known(std::span<const Traced> inputs) const {
  return input_ == kNone || (inputs[input_].rows.is_none() && inputs[input_].value != nullptr);
}

void check_index_type(const Node& node, std::size_t i) {
  const DataType type = node.type(i);
  if (type == DataType::int32 || type == DataType::int64) return;
  node.refuse("input " + std::to_string(i) + " is of type " + std::string(to_string(type)) + ", not int64 or int32");
}

std::int64_t only_integer(const Tensor& tensor, std::string_view what) {
  if (tensor.size() != 1) {
    throw Failure(std::string(what) + " is of shape " + to_string(tensor.shape()) + ", not one number");
  }
  return tensor.type() == DataType::int32 ? tensor.values<std::int32_t>()[0] : tensor.values<std::int64_t>()[0];
}

std::array<bool, tensor::kMaxRank> listed_axes(const Integers& axes, std::size_t rank) {
  std::array<bool, tensor::kMaxRank> listed{};
  for (const std::int64_t axis : axes) {
    bool& mark = listed[tensor::axis_of(axis, rank)];
    if (mark) throw Failure("axis " + std::to_string(axis) + " is listed twice");
    mark = true;
  }
  return listed;
}

}  // namespace pelton::operators
