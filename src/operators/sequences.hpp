#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "operators/node.hpp"

namespace pelton::operators {

/// Most tensors in a sequence: each costs memory however small it is.
inline constexpr std::size_t kMaxSequence = std::size_t{1} << 16;

/// The tensors of a sequence.
inline std::span<const Tensor> parts_of(const tensor::Value& value) noexcept {
  return std::span(value.sequence).first(value.length);
}

/// Makes a value a sequence of so many tensors, for the caller to fill. Throws Failure where they are too many.
inline std::span<Tensor> become_sequence(tensor::Value& value, std::size_t length) {
  if (length > kMaxSequence) {
    throw tensor::Failure("makes a sequence of " + std::to_string(length) + " tensors; at most " +
                          std::to_string(kMaxSequence) + " are carried out");
  }
  if (value.sequence.size() < length) value.sequence.resize(length);
  value.length = length;
  value.is_sequence = true;
  return std::span(value.sequence).first(length);
}

/// Element type of input `i`, which must be a sequence.
inline DataType sequence_type(const Node& node, std::size_t i) {
  if (!node.input(i).is_sequence) node.malformed("input " + std::to_string(i) + " is no sequence");
  return node.input(i).type;
}

}  // namespace pelton::operators
