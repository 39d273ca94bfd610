#include <array>
#include <cstring>

#include "operators/registry.hpp"
#include "operators/scatter_reduction.hpp"
#include "operators/slice_indices.hpp"

/// ScatterND: a tensor of which some slices are others.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class Scattering : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const final {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Tensor& indices = inputs[1]->tensor;
    const Tensor& updates = inputs[2]->tensor;
    const SliceIndices slices(data.shape(), indices.shape(), 0);
    if (!(updates.shape() == slices.shape())) {
      throw Failure("has updates of shape " + to_string(updates.shape()) + ", not " + to_string(slices.shape()));
    }
    Tensor& result = outputs[0]->tensor;
    result.assign(data);
    for (std::size_t i = 0; i < slices.slices(); ++i) {
      const std::size_t place = slices.place(indices.values<std::int64_t>(), i);
      put(updates, i * slices.slice(), slices.slice(), place, result);
    }
  }

  /// Rows stay apart where they are inside the slices, whose indices are the same for all.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const RowAxis rows = inputs[0].rows;
    if (!rows.is_axis() || !inputs[1].rows.is_none() || !inputs[2].rows.is_axis()) return RowAxis::mixed();
    const auto named = static_cast<std::size_t>(inputs[1].shape.back());
    const std::size_t lead = inputs[1].shape.rank() - 1;
    const bool agree = rows.axis() >= named && inputs[2].rows.axis() == lead + rows.axis() - named;
    return agree ? rows : RowAxis::mixed();
  }

 private:
  /// Puts `count` elements of the updates, from `first`, to `place` in the result.
  virtual void put(const Tensor& updates, std::size_t first, std::size_t count, std::size_t place,
                   Tensor& result) const = 0;
};

class Replacing final : public Scattering {
  void put(const Tensor& updates, std::size_t first, std::size_t count, std::size_t place,
           Tensor& result) const override {
    const std::size_t bytes = element_bytes(result.type());
    if (count == 0) return;
    std::memcpy(result.data() + place * bytes, updates.data() + first * bytes, count * bytes);
  }
};

template <class T>
class Reducing final : public Scattering {
 public:
  explicit Reducing(ScatterReduction reduction) : reduction_(reduction) {}

 private:
  void put(const Tensor& updates, std::size_t first, std::size_t count, std::size_t place,
           Tensor& result) const override {
    const std::span<const T> from = updates.values<T>().subspan(first, count);
    const std::span<T> to = result.values<T>().subspan(place, count);
    for (std::size_t i = 0; i < count; ++i) to[i] = reduce<T>(reduction_, to[i], from[i]);
  }

  ScatterReduction reduction_;
};

std::shared_ptr<const Operation> scatter_nd(Node& node) {
  const DataType type = node.type(0);
  node.gives(type);
  if (node.type(1) != DataType::int64) node.refuse("has indices that are not int64");
  if (node.type(2) != type) node.malformed("has updates of another type than the data");
  constexpr std::int64_t kReduces = 16;
  const ScatterReduction reduction = node.opset() < kReduces ? ScatterReduction::none : scatter_reduction_of(node);
  if (reduction == ScatterReduction::none) return std::make_shared<Replacing>();
  return by_type(node, type, Numbers(), [&]<class T>() { return std::make_shared<Reducing<T>>(reduction); });
}

constexpr std::array kOperators{
    Operator{"", "ScatterND", 11, scatter_nd},
};

}  // namespace

std::span<const Operator> scatter_nd_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
