#pragma once

#include <span>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

inline constexpr std::string_view kMlDomain = "ai.onnx.ml";
/// ONNX Runtime's own operators, a few of which converters use.
inline constexpr std::string_view kMicrosoftDomain = "com.microsoft";

// The operators, a family a file (<family>.cpp).
std::span<const Operator> concat_operators() noexcept;
std::span<const Operator> constant_operators() noexcept;
std::span<const Operator> constant_of_shape_operators() noexcept;
std::span<const Operator> expand_operators() noexcept;
std::span<const Operator> eye_like_operators() noexcept;
std::span<const Operator> gather_operators() noexcept;
std::span<const Operator> gather_elements_operators() noexcept;
std::span<const Operator> gather_nd_operators() noexcept;
std::span<const Operator> identity_operators() noexcept;
std::span<const Operator> non_zero_operators() noexcept;
std::span<const Operator> one_hot_operators() noexcept;
std::span<const Operator> pad_operators() noexcept;
std::span<const Operator> range_operators() noexcept;
std::span<const Operator> reshape_operators() noexcept;
std::span<const Operator> scan_operators() noexcept;
std::span<const Operator> scatter_elements_operators() noexcept;
std::span<const Operator> scatter_nd_operators() noexcept;
std::span<const Operator> sequence_operators() noexcept;
std::span<const Operator> shape_operators() noexcept;
std::span<const Operator> slice_operators() noexcept;
std::span<const Operator> split_operators() noexcept;
std::span<const Operator> split_to_sequence_operators() noexcept;
std::span<const Operator> squeeze_operators() noexcept;
std::span<const Operator> top_k_operators() noexcept;
std::span<const Operator> transpose_operators() noexcept;
std::span<const Operator> unique_operators() noexcept;

/// The operator of that name ("" is ai.onnx), or null.
const Operator* find_operator(std::string_view domain, std::string_view name) noexcept;

}  // namespace pelton::operators
