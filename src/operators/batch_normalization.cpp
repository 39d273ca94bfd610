#include <array>
#include <cmath>

#include "operators/doubles.hpp"
#include "operators/matrix_product.hpp"
#include "operators/registry.hpp"

/// BatchNormalization by the statistics of training. In training itself it is refused.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class BatchNormalization final : public Operation {
 public:
  BatchNormalization(DataType type, double epsilon, bool by_channel)
      : type_(type), epsilon_(epsilon), by_channel_(by_channel) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    if (x.rank() == 0) throw Failure("normalizes batches, not a scalar");
    // Statistics are for each channel, or (before version 9) for each element of a sample.
    const bool channels = x.rank() > 1;
    const auto batch = static_cast<std::size_t>(x.shape()[0]);
    const std::size_t groups = !channels     ? 1
                               : by_channel_ ? static_cast<std::size_t>(x.shape()[1])
                                             : x.shape().elements_between(1, x.rank());
    const std::size_t length = channels && by_channel_ ? x.shape().elements_between(2, x.rank()) : 1;
    for (std::size_t i = 1; i < 5; ++i) {
      const Tensor& parameter = inputs[i]->tensor;
      if (parameter.size() != groups) {
        throw Failure("parameter " + std::to_string(i) + " is of shape " + to_string(parameter.shape()) + "; " +
                      std::to_string(groups) + " numbers belong there");
      }
    }
    outputs[0]->tensor.reset(type_, x.shape());
    ProductMemory& memory = ProductMemory::of_this_thread();
    read_parameters(inputs, groups, memory.right);
    const double *scale = memory.right.data(), *offset = scale + groups, *mean = offset + groups;
    core::AlignedBuffer<double>& sample = memory.left;
    sample.resize_uninitialized(groups * length);
    for (std::size_t n = 0; n < batch; ++n) {
      read_doubles(x, n * groups * length, 1, groups * length, sample.data());
      for (std::size_t g = 0; g < groups; ++g) {
        double* const values = sample.data() + g * length;
        for (std::size_t i = 0; i < length; ++i) values[i] = (values[i] - mean[g]) * scale[g] + offset[g];
      }
      write_doubles(outputs[0]->tensor, n * groups * length, 1, groups * length, sample.data());
    }
    memory.trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    for (std::size_t i = 1; i < 5; ++i) {
      if (!inputs[i].rows.is_none()) return RowAxis::mixed();
    }
    const std::size_t axis = inputs[0].rows.axis();
    return axis == 0 || (axis > 1 && by_channel_) ? RowAxis::at(axis) : RowAxis::mixed();
  }

 private:
  /// scale / sqrt(variance + epsilon), then the offsets, then the means.
  void read_parameters(std::span<const Value* const> inputs, std::size_t groups,
                       core::AlignedBuffer<double>& to) const {
    to.resize_uninitialized(4 * groups);
    double* const scale = to.data();
    double* const variance = scale + 3 * groups;
    read_doubles(inputs[1]->tensor, 0, 1, groups, scale);
    read_doubles(inputs[2]->tensor, 0, 1, groups, scale + groups);
    read_doubles(inputs[3]->tensor, 0, 1, groups, scale + 2 * groups);
    read_doubles(inputs[4]->tensor, 0, 1, groups, variance);
    for (std::size_t g = 0; g < groups; ++g) scale[g] /= std::sqrt(variance[g] + epsilon_);
  }

  DataType type_;
  double epsilon_;
  bool by_channel_;
};

std::shared_ptr<const Operation> batch_normalization(Node& node) {
  const DataType type = node.type(0);
  for (std::size_t i = 0; i < 5; ++i) {
    if (!is_any_float(node.type(i))) node.refuse("works on other types than " + std::string(to_string(node.type(i))));
  }
  node.ignore("momentum");
  if (node.opset() < 6) node.ignore("consumed_inputs");
  const bool training = node.opset() >= 14  ? node.integer("training_mode", 0) != 0
                        : node.opset() >= 7 ? false
                                            : node.integer("is_test", 0) == 0;
  if (training) node.refuse("is in training mode");
  const bool by_channel = node.opset() >= 9 || node.integer("spatial", 1) != 0;
  const double epsilon = node.number("epsilon", static_cast<double>(1e-5F));
  for (std::size_t i = 0; i < std::max<std::size_t>(1, node.outputs()); ++i) {
    if (i > 0 && node.wants(i)) node.refuse("is in training mode: output " + std::to_string(i) + " is read");
    node.gives(i == 0 ? type : node.type(3));
  }
  return std::make_shared<BatchNormalization>(type, epsilon, by_channel);
}

constexpr std::array kOperators{
    Operator{"", "BatchNormalization", 1, batch_normalization},
};

}  // namespace

std::span<const Operator> batch_normalization_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
