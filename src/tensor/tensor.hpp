#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "tensor/data_type.hpp"
#include "tensor/shape.hpp"

namespace pelton::tensor {

/// Elements of one type in a shape, row by row ("C order"), 64-byte aligned.
///
/// Memory is kept when a tensor is filled anew, so one that is used over and over allocates nothing
/// once it has grown. Text elements are views: whoever fills the tensor sees to it that their bytes
/// live as long (RunContext::texts for texts made in a run). Movable; copies are asked for by name.
class Tensor {
 public:
  Tensor() = default;
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;
  /// A tensor of T with these values, as many as the shape has elements (asserted).
  template <class T>
  static Tensor of(const Shape& shape, std::span<const T> values);
  template <class T>
  static Tensor scalar(T value) {
    return of<T>({}, std::span<const T>(&value, 1));
  }

  DataType type() const noexcept { return type_; }
  const Shape& shape() const noexcept { return shape_; }
  std::size_t rank() const noexcept { return shape_.rank(); }
  std::size_t size() const noexcept { return elements_; }
  std::size_t bytes() const noexcept { return elements_ * element_bytes(type_); }

  /// The elements. T must be the type's own (asserted): kTypeOf<T> == type().
  template <class T>
  std::span<const T> values() const noexcept {
    assert(kTypeOf<T> == type_);
    return {reinterpret_cast<const T*>(memory_.data()), elements_};
  }
  template <class T>
  std::span<T> values() noexcept {
    assert(kTypeOf<T> == type_);
    return {reinterpret_cast<T*>(memory_.data()), elements_};
  }
  const std::byte* data() const noexcept { return memory_.data(); }
  std::byte* data() noexcept { return memory_.data(); }

  /// Becomes a tensor of this type and shape whose elements are for the caller to write, all of them.
  /// Throws std::bad_alloc.
  void reset(DataType type, const Shape& shape);
  template <class T>
  std::span<T> reset(const Shape& shape) {
    reset(kTypeOf<T>, shape);
    return values<T>();
  }
  /// Becomes a copy of `other`, whose elements are shaped anew where `shape` is given (as many, asserted).
  void assign(const Tensor& other) { assign(other, other.shape()); }
  void assign(const Tensor& other, const Shape& shape);
  Tensor copy() const;

  /// Gives the memory back.
  void release() noexcept;
  std::size_t capacity_bytes() const noexcept { return memory_.capacity(); }

 private:
  DataType type_ = DataType::undefined;
  Shape shape_;
  std::size_t elements_ = 0;
  core::AlignedBuffer<std::byte> memory_;
};

template <class T>
Tensor Tensor::of(const Shape& shape, std::span<const T> values) {
  Tensor tensor;
  const std::span<T> elements = tensor.reset<T>(shape);
  assert(elements.size() == values.size());
  if (!values.empty()) std::memcpy(static_cast<void*>(elements.data()), values.data(), values.size_bytes());
  return tensor;
}

/// What a name in a graph stands for: a tensor or a sequence of tensors.
struct Value {
  Tensor tensor;
  std::vector<Tensor> sequence;  ///< of which the first `length` are meant; the others keep memory
  std::size_t length = 0;
  bool is_sequence = false;

  void assign(const Value& other);
};

}  // namespace pelton::tensor
