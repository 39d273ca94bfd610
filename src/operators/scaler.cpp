#include <array>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// Scaler: (x − offset) · scale, as floats.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

template <class T>
class Scaler final : public Operation {
 public:
  /// One value for all columns or one a column, of each.
  Scaler(std::vector<double> offsets, std::vector<double> scales)
      : offsets_(std::move(offsets)), scales_(std::move(scales)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    const std::size_t width = x.rank() == 0 ? 1 : static_cast<std::size_t>(x.shape().back());
    check(offsets_, width);
    check(scales_, width);
    if (outputs[0] == nullptr) return;
    const std::span<const T> from = x.values<T>();
    const std::span<float> to = outputs[0]->tensor.reset<float>(x.shape());
    const std::size_t offset_step = offsets_.size() == 1 ? 0 : 1;
    const std::size_t scale_step = scales_.size() == 1 ? 0 : 1;
    for (std::size_t i = 0; i < from.size(); i += width) {
      for (std::size_t c = 0; c < width; ++c) {
        const double shifted = static_cast<double>(from[i + c]) - offsets_[c * offset_step];
        to[i + c] = static_cast<float>(shifted * scales_[c * scale_step]);
      }
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const Traced& x = inputs[0];
    const bool same_for_all = offsets_.size() == 1 && scales_.size() == 1;
    return same_for_all || x.rows.axis() + 1 < x.shape.rank() ? x.rows : RowAxis::mixed();
  }

 private:
  static void check(const std::vector<double>& values, std::size_t width) {
    if (values.size() == 1 || values.size() == width) return;
    throw Failure("has " + std::to_string(values.size()) + " values for " + std::to_string(width) + " columns");
  }

  std::vector<double> offsets_;
  std::vector<double> scales_;
};

std::shared_ptr<const Operation> scaler(Node& node) {
  std::vector<double> offsets = node.numbers("offset");
  std::vector<double> scales = node.numbers("scale");
  if (offsets.empty() || scales.empty()) node.malformed("lacks attribute \"offset\" or \"scale\"");
  node.gives(DataType::float32);
  return by_type(node, node.type(0), Types<float, double, std::int64_t, std::int32_t>(),
                 [&]<class T>() { return std::make_shared<Scaler<T>>(std::move(offsets), std::move(scales)); });
}

constexpr std::array kOperators{
    Operator{kMlDomain, "Scaler", 1, scaler},
};

}  // namespace

std::span<const Operator> scaler_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
