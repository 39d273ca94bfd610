#pragma once

#include <cmath>
#include <random>
#include <type_traits>

#include "operators/accumulate.hpp"
#include "run_node.hpp"

namespace pelton::operators {

/// Tensors of ordinary numbers, the same ones for the same seed.
class RandomTensors {
 public:
  explicit RandomTensors(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return random_() % end; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::size_t>(high - low + 1)));
  }

  template <class T>
  Tensor of(const Shape& shape) {
    Tensor tensor;
    for (T& value : tensor.reset<T>(shape)) value = number<T>();
    return tensor;
  }

 private:
  template <class T>
  T number() {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(random_());
    } else {
      return narrowed<T>(std::normal_distribution<double>()(random_));
    }
  }

  std::mt19937_64 random_;
};

/// A tensor's numbers as the widest there are.
template <class T>
std::vector<long double> exact(const Tensor& tensor) {
  std::vector<long double> numbers;
  for (const T value : tensor.values<T>()) numbers.push_back(static_cast<long double>(widened(value)));
  return numbers;
}

/// Half the distance between two neighbours of T at 1: the relative error of one rounding.
template <class T>
constexpr long double kRounding = std::is_same_v<T, double>            ? 0x1p-53L
                                  : std::is_same_v<T, float>           ? 0x1p-24L
                                  : std::is_same_v<T, tensor::Float16> ? 0x1.004p-11L
                                                                       : 0x1.01p-8L;

}  // namespace pelton::operators
