#pragma once

#include <span>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

inline constexpr std::string_view kMlDomain = "ai.onnx.ml";
/// ONNX Runtime's own operators, a few of which converters use.
inline constexpr std::string_view kMicrosoftDomain = "com.microsoft";

// The operators, a family a file (<family>.cpp).
std::span<const Operator> identity_operators() noexcept;

/// The operator of that name ("" is ai.onnx), or null.
const Operator* find_operator(std::string_view domain, std::string_view name) noexcept;

}  // namespace pelton::operators
