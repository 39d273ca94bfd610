#include "tensor/tensor.hpp"

#include <algorithm>

namespace pelton::tensor {

void Tensor::reset(DataType type, const Shape& shape) {
  const std::size_t elements = shape.elements();
  memory_.clear();  // what it held is not worth moving
  // No elements are somewhere too, so that nothing is counted on from a null pointer.
  memory_.resize_uninitialized(std::max<std::size_t>(elements * element_bytes(type), 1));
  type_ = type;
  shape_ = shape;
  elements_ = elements;
}

void Tensor::assign(const Tensor& other, const Shape& shape) {
  assert(shape.elements() == other.size());
  if (this == &other) {
    shape_ = shape;
    return;
  }
  reset(other.type(), shape);
  if (other.bytes() != 0) std::memcpy(memory_.data(), other.data(), other.bytes());
}

Tensor Tensor::copy() const {
  Tensor result;
  result.assign(*this);
  return result;
}

void Tensor::release() noexcept { *this = Tensor(); }

void Value::assign(const Value& other) {
  is_sequence = other.is_sequence;
  if (!is_sequence) return tensor.assign(other.tensor);
  if (sequence.size() < other.length) sequence.resize(other.length);
  for (std::size_t i = 0; i < other.length; ++i) sequence[i].assign(other.sequence[i]);
  length = other.length;
}

}  // namespace pelton::tensor
