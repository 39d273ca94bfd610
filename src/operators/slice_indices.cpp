#include "operators/slice_indices.hpp"

namespace pelton::operators {

using tensor::Failure;

SliceIndices::SliceIndices(const Shape& data, const Shape& indices, std::size_t batch_dims)
    : data_(data), first_(batch_dims) {
  if (batch_dims >= indices.rank()) {
    throw Failure("has too few dimensions in indices of shape " + to_string(indices));
  }
  const std::int64_t named = indices.back();
  if (named > static_cast<std::int64_t>(data.rank()) - static_cast<std::int64_t>(batch_dims)) {
    throw Failure("indices of shape " + to_string(indices) + " do not fit shape " + to_string(data));
  }
  for (std::size_t d = 0; d < batch_dims; ++d) {
    if (indices[d] == data[d]) continue;
    throw Failure("shapes " + to_string(data) + " and " + to_string(indices) + " differ in a batch");
  }
  named_ = static_cast<std::size_t>(named);
  batches_ = data.elements_between(0, first_);
  in_batch_ = data.elements_between(first_, data.rank());
  slice_ = data.elements_between(first_ + named_, data.rank());
  shape_ = indices.part(0, indices.rank() - 1);
  slices_ = shape_.elements();
  for (std::size_t d = first_ + named_; d < data.rank(); ++d) shape_ = shape_.inserted(shape_.rank(), data[d]);
}

std::size_t SliceIndices::place(std::span<const std::int64_t> indices, std::size_t i) const {
  std::size_t size = in_batch_;
  std::size_t place = batches_ > 1 ? i / (slices_ / batches_) * in_batch_ : 0;
  for (std::size_t k = 0; k < named_; ++k) {
    const std::int64_t dim = data_[first_ + k];
    const std::int64_t index = index_of(indices[i * named_ + k], dim);
    size /= static_cast<std::size_t>(dim);
    place += static_cast<std::size_t>(index) * size;
  }
  return place;
}

}  // namespace pelton::operators
