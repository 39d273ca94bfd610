#include <array>

#include "operators/by_type.hpp"
#include "operators/extremes.hpp"
#include "operators/registry.hpp"
#include "operators/slices.hpp"
#include "tensor/failure.hpp"

/// ArgMax and ArgMin: where along an axis the largest or smallest element is.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

struct Search {
  std::int64_t axis = 0;
  bool keeps_dims = true;
  bool last = false;
};

template <class T, class Before>
class ArgExtreme final : public Operation {
 public:
  explicit ArgExtreme(Search search) : search_(search) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const std::size_t axis = tensor::axis_of(search_.axis, data.rank());
    const Slices slices(data.shape(), axis);
    if (slices.length() == 0) throw Failure("looks for an extreme among no elements");
    const Shape shape = search_.keeps_dims ? data.shape().with(axis, 1) : data.shape().erased(axis);
    const T* const x = data.values<T>().data();
    const std::span<std::int64_t> y = outputs[0]->tensor.reset<std::int64_t>(shape);
    slices.each([&](std::size_t first, std::size_t index) {
      y[index] = static_cast<std::int64_t>(foremost<Before>(x + first, slices.length(), slices.step(), search_.last));
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const std::size_t axis = tensor::axis_of(search_.axis, inputs[0].shape.rank());
    const RowAxis rows = rows_beside(axis, inputs[0]);
    if (!rows.is_axis() || search_.keeps_dims || rows.axis() < axis) return rows;
    return RowAxis::at(rows.axis() - 1);
  }

 private:
  Search search_;
};

template <class Before>
std::shared_ptr<const Operation> arg_extreme(Node& node) {
  const Search search{node.integer("axis", 0), node.integer("keepdims", 1) != 0,
                      node.integer("select_last_index", 0) != 0};
  node.gives(DataType::int64);
  return by_type(node, node.type(0), Numbers(),
                 [&]<class T>() { return std::make_shared<ArgExtreme<T, Before>>(search); });
}

constexpr std::array kOperators{
    Operator{"", "ArgMax", 1, arg_extreme<IsAbove>},
    Operator{"", "ArgMin", 1, arg_extreme<IsBelow>},
};

}  // namespace

std::span<const Operator> arg_extreme_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
