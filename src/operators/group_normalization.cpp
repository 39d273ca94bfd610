#include <array>
#include <cmath>

#include "operators/doubles.hpp"
#include "operators/matrix_product.hpp"
#include "operators/moments.hpp"
#include "operators/registry.hpp"

/// InstanceNormalization and GroupNormalization: each sample's channels, alone or in groups.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

struct Parameters {
  std::int64_t groups = 0;  ///< 0: every channel is one
  double epsilon = 0;
  bool scales_groups = false;  ///< a scale and term for each group, not for each channel (version 18)
};

class GroupNormalization final : public Operation {
 public:
  GroupNormalization(DataType type, const Parameters& parameters) : type_(type), parameters_(parameters) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    if (x.rank() < 2) throw Failure("normalizes samples with channels, not " + to_string(x.shape()));
    const auto channels = static_cast<std::size_t>(x.shape()[1]);
    const std::size_t groups = parameters_.groups == 0 ? channels : static_cast<std::size_t>(parameters_.groups);
    if (groups != 0 && channels % groups != 0) {
      throw Failure(std::to_string(channels) + " channels cannot be parted into " + std::to_string(groups) + " groups");
    }
    const std::size_t scales = parameters_.scales_groups ? groups : channels;
    for (std::size_t i = 1; i < 3; ++i) {
      if (inputs[i]->tensor.size() != scales) {
        throw Failure("parameter " + std::to_string(i) + " is of shape " + to_string(inputs[i]->tensor.shape()) + "; " +
                      std::to_string(scales) + " numbers belong there");
      }
    }
    outputs[0]->tensor.reset(type_, x.shape());
    if (x.size() == 0) return;
    ProductMemory& memory = ProductMemory::of_this_thread();
    memory.right.resize_uninitialized(2 * scales);
    read_doubles(inputs[1]->tensor, 0, 1, scales, memory.right.data());
    read_doubles(inputs[2]->tensor, 0, 1, scales, memory.right.data() + scales);
    const std::size_t members = channels / groups, length = x.shape().elements_between(2, x.rank());
    memory.left.resize_uninitialized(members * length);
    double* const values = memory.left.data();
    const std::size_t all = static_cast<std::size_t>(x.shape()[0]) * groups;
    for (std::size_t i = 0; i < all; ++i) {
      read_doubles(x, i * members * length, 1, members * length, values);
      const double inverse = 1 / std::sqrt(center(values, members * length).variance + parameters_.epsilon);
      for (std::size_t m = 0; m < members; ++m) {
        const std::size_t at = parameters_.scales_groups ? i % groups : i % groups * members + m;
        const double scale = memory.right[at], term = memory.right[scales + at];
        for (std::size_t j = m * length; j < (m + 1) * length; ++j) values[j] = values[j] * inverse * scale + term;
      }
      write_doubles(outputs[0]->tensor, i * members * length, 1, members * length, values);
    }
    memory.trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool apart = inputs[0].rows == RowAxis::at(0) && inputs[1].rows.is_none() && inputs[2].rows.is_none();
    return apart ? RowAxis::at(0) : RowAxis::mixed();
  }

 private:
  DataType type_;
  Parameters parameters_;
};

std::shared_ptr<const Operation> build(Node& node, Parameters parameters) {
  const DataType type = node.type(0);
  if (!is_any_float(type)) node.refuse("works on other types than " + std::string(to_string(type)));
  for (std::size_t i = 1; i < 3; ++i) {
    if (node.type(i) != type) node.malformed("has inputs of two types");
  }
  parameters.epsilon = node.number("epsilon", static_cast<double>(1e-5F));
  node.gives(type);
  return std::make_shared<GroupNormalization>(type, parameters);
}

std::shared_ptr<const Operation> instance_normalization(Node& node) {
  if (node.opset() < 6) node.ignore("consumed_inputs");
  return build(node, {});
}

std::shared_ptr<const Operation> group_normalization(Node& node) {
  const std::int64_t groups = node.integer("num_groups", 0);
  if (groups < 1) node.malformed("has no groups of channels");
  if (node.opset() >= 21) {
    const std::int64_t stage = node.integer("stash_type", 1);
    if (stage != static_cast<std::int64_t>(DataType::float32)) {
      node.refuse("has a first stage of type " + std::to_string(stage));
    }
  }
  return build(node, {.groups = groups, .scales_groups = node.opset() < 21});
}

constexpr std::array kOperators{
    Operator{"", "GroupNormalization", 18, group_normalization},
    Operator{"", "InstanceNormalization", 1, instance_normalization},
};

}  // namespace

std::span<const Operator> group_normalization_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
