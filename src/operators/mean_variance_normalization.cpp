#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "operators/doubles.hpp"
#include "operators/matrix_product.hpp"
#include "operators/moments.hpp"
#include "operators/registry.hpp"
#include "operators/walk.hpp"

/// MeanVarianceNormalization: (x − mean) / (deviation + 1e-9) over any axes, as the operator's defining
/// function has it.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

constexpr double kEpsilon = 1e-9;

class MeanVarianceNormalization final : public Operation {
 public:
  explicit MeanVarianceNormalization(std::vector<std::int64_t> axes) : axes_(std::move(axes)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    const std::array<bool, tensor::kMaxRank> reduced = reduced_axes(x.rank());
    Tensor& y = outputs[0]->tensor;
    y.reset(x.type(), x.shape());
    if (x.size() == 0) return;
    Walk group, member;
    std::size_t groups = 1, members = 1;
    for (std::size_t d = 0; d < x.rank(); ++d) {
      const auto dim = static_cast<std::size_t>(x.shape()[d]);
      (reduced[d] ? member : group).add(dim, x.shape().elements_between(d + 1, x.rank()));
      (reduced[d] ? members : groups) *= dim;
    }
    ProductMemory& memory = ProductMemory::of_this_thread();
    memory.left.resize_uninitialized(members);
    memory.sums.resize_uninitialized(x.size());
    read_doubles(x, 0, 1, x.size(), memory.sums.data());
    double* const values = memory.left.data();
    for (std::size_t g = 0; g < groups; ++g, group.next()) {
      double* const first = memory.sums.data() + group.offset();
      for (std::size_t m = 0; m < members; ++m, member.next()) values[m] = first[member.offset()];
      const double deviation = std::sqrt(center(values, members).variance) + kEpsilon;
      for (std::size_t m = 0; m < members; ++m, member.next()) first[member.offset()] = values[m] / deviation;
    }
    write_doubles(y, 0, 1, x.size(), memory.sums.data());
    memory.trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const Traced& x = inputs[0];
    return reduced_axes(x.shape.rank())[x.rows.axis()] ? RowAxis::mixed() : x.rows;
  }

 private:
  std::array<bool, tensor::kMaxRank> reduced_axes(std::size_t rank) const {
    std::array<bool, tensor::kMaxRank> reduced{};
    if (axes_.empty()) reduced.fill(true);  // as the means of the defining function are
    for (const std::int64_t axis : axes_) reduced[tensor::axis_of(axis, rank)] = true;
    return reduced;
  }

  std::vector<std::int64_t> axes_;
};

std::shared_ptr<const Operation> mean_variance_normalization(Node& node) {
  const DataType type = node.type(0);
  if (!is_any_float(type)) node.refuse("works on other types than " + std::string(to_string(type)));
  std::vector<std::int64_t> axes = node.integers("axes");
  if (!node.has("axes")) axes = {0, 2, 3};
  node.gives(type);
  return std::make_shared<MeanVarianceNormalization>(std::move(axes));
}

constexpr std::array kOperators{
    Operator{"", "MeanVarianceNormalization", 9, mean_variance_normalization},
};

}  // namespace

std::span<const Operator> mean_variance_normalization_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
