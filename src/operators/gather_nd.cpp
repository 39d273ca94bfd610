#include <array>
#include <cstring>

#include "operators/registry.hpp"
#include "operators/slice_indices.hpp"

/// GatherND: slices of a tensor, picked by their coordinates.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class GatherNd final : public Operation {
 public:
  explicit GatherNd(std::size_t batch_dims) : batch_dims_(batch_dims) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Tensor& indices = inputs[1]->tensor;
    const SliceIndices slices(data.shape(), indices.shape(), batch_dims_);
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), slices.shape());
    const std::size_t element = element_bytes(data.type());
    const std::size_t bytes = slices.slice() * element;
    for (std::size_t i = 0; i < slices.slices(); ++i) {
      const std::size_t place = slices.place(indices.values<std::int64_t>(), i);
      if (bytes != 0) std::memcpy(result.data() + i * bytes, data.data() + place * element, bytes);
    }
  }

  /// Rows stay apart where they are a batch dimension of both, where they pick from data that is the same
  /// for all, and where they are inside the slices that all pick alike.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const RowAxis data = inputs[0].rows;
    const RowAxis indices = inputs[1].rows;
    const Shape& shape = inputs[1].shape;
    if (data == indices) return data.axis() < batch_dims_ ? data : RowAxis::mixed();
    if (data.is_none() && indices.axis() >= batch_dims_ && indices.axis() + 1 < shape.rank()) return indices;
    const std::size_t named = batch_dims_ + static_cast<std::size_t>(shape.back());
    if (!indices.is_none() || data.axis() < named) return RowAxis::mixed();
    return RowAxis::at(shape.rank() - 1 + data.axis() - named);
  }

 private:
  std::size_t batch_dims_;
};

std::shared_ptr<const Operation> gather_nd(Node& node) {
  node.gives(node.type(0));
  if (node.type(1) != DataType::int64) node.refuse("has indices that are not int64");
  const std::int64_t batch_dims = node.integer("batch_dims", 0);
  if (batch_dims < 0 || batch_dims > static_cast<std::int64_t>(tensor::kMaxRank)) {
    node.malformed("has " + std::to_string(batch_dims) + " batch dimensions");
  }
  return std::make_shared<GatherNd>(static_cast<std::size_t>(batch_dims));
}

constexpr std::array kOperators{
    Operator{"", "GatherND", 11, gather_nd},
};

}  // namespace

std::span<const Operator> gather_nd_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
