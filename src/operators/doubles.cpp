#include "operators/doubles.hpp"

#include <algorithm>
#include <cassert>

#include "operators/accumulate.hpp"

namespace pelton::operators {
namespace {

/// f<T>() for the floating type.
template <class F>
void for_float(DataType type, const F& f) {
  switch (type) {
    case DataType::float32: return f.template operator()<float>();
    case DataType::float64: return f.template operator()<double>();
    case DataType::float16: return f.template operator()<tensor::Float16>();
    case DataType::bfloat16: return f.template operator()<tensor::BFloat16>();
    default: assert(false);
  }
}

}  // namespace

bool is_any_float(DataType type) noexcept {
  return type == DataType::float32 || type == DataType::float64 || type == DataType::float16 ||
         type == DataType::bfloat16;
}

void read_doubles(const Tensor& tensor, std::size_t first, std::size_t count, double* to) {
  for_float(tensor.type(), [&]<class T>() {
    const T* const from = tensor.values<T>().data() + first;
    for (std::size_t i = 0; i < count; ++i) to[i] = widened(from[i]);
  });
}

void write_doubles(const double* from, std::size_t first, std::size_t count, Tensor& tensor) {
  for_float(tensor.type(), [&]<class T>() {
    T* const to = tensor.values<T>().data() + first;
    for (std::size_t i = 0; i < count; ++i) to[i] = narrowed<T>(from[i]);
  });
}

}  // namespace pelton::operators
