#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

/// A list of element types.
template <class... T>
struct Types {};

using Floats = Types<float, double, tensor::Float16, tensor::BFloat16>;
using SignedIntegers = Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t>;
using UnsignedIntegers = Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
using Signed =
    Types<float, double, tensor::Float16, tensor::BFloat16, std::int8_t, std::int16_t, std::int32_t, std::int64_t>;
using Numbers = Types<float, double, tensor::Float16, tensor::BFloat16, std::int8_t, std::int16_t, std::int32_t,
                      std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
using NumbersAndBools = Types<float, double, tensor::Float16, tensor::BFloat16, std::int8_t, std::int16_t, std::int32_t,
                              std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, bool>;
using Anything = Types<float, double, tensor::Float16, tensor::BFloat16, std::int8_t, std::int16_t, std::int32_t,
                       std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, bool, std::string_view>;

/// What elements of T are calculated with: half floats as float, everything else as itself.
template <class T>
struct ComputedAs {
  using type = T;
};
template <>
struct ComputedAs<tensor::Float16> {
  using type = float;
};
template <>
struct ComputedAs<tensor::BFloat16> {
  using type = float;
};
template <class T>
using Computed = typename ComputedAs<T>::type;

/// Calls use<T>() for the T of the list that `type` is, and gives whether there is one.
template <class... T, class Use>
bool visit_type(DataType type, Types<T...>, const Use& use) {
  return ((tensor::kTypeOf<T> == type && (use.template operator()<T>(), true)) || ...);
}

/// make<T>() for the T of the list that `type` is; refuses the node, naming the type, where it is none.
///
///     return by_type(node, node.type(0), Floats(), [&]<class T>() { return std::make_shared<Relu<T>>(); });
template <class... T, class Make>
std::shared_ptr<const Operation> by_type(const Node& node, DataType type, Types<T...>, const Make& make) {
  std::shared_ptr<const Operation> made;
  const bool known =
      visit_type(type, Types<T...>(), [&]<class Element>() { made = make.template operator()<Element>(); });
  if (!known) node.refuse("works on other types than " + std::string(to_string(type)));
  return made;
}

}  // namespace pelton::operators
