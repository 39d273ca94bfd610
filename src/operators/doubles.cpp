#include "operators/doubles.hpp"

#include <cassert>

#include "operators/convert.hpp"

namespace pelton::operators {
namespace {

/// f<T>() for the tensor's T.
template <class... T, class F>
void with_type(DataType type, Types<T...>, F f) {
  [[maybe_unused]] const bool known = ((tensor::kTypeOf<T> == type && (f.template operator()<T>(), true)) || ...);
  assert(known);
}

}  // namespace

bool is_any_float(DataType type) noexcept {
  return type == DataType::float32 || type == DataType::float64 || type == DataType::float16 ||
         type == DataType::bfloat16;
}

void read_doubles(const Tensor& tensor, std::size_t first, std::size_t step, std::size_t count, double* out) {
  with_type(tensor.type(), NumbersAndBools(), [&]<class T>() {
    const T* const from = tensor.values<T>().data() + first;
    for (std::size_t i = 0; i < count; ++i) out[i] = converted<double>(from[i * step]);
  });
}

void write_doubles(Tensor& tensor, std::size_t first, std::size_t step, std::size_t count, const double* from) {
  with_type(tensor.type(), NumbersAndBools(), [&]<class T>() {
    T* const to = tensor.values<T>().data() + first;
    for (std::size_t i = 0; i < count; ++i) to[i * step] = converted<T>(from[i]);
  });
}

}  // namespace pelton::operators
