#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/onnx/node_context.hpp"

namespace pelton::formats::onnx {

inline constexpr std::string_view kMlDomain = "ai.onnx.ml";
/// The newest operator sets whose changes have been read and judged. A file that asks for a newer
/// one is refused: an operator may mean something else there.
inline constexpr std::int64_t kNewestOpset = 28;
inline constexpr std::int64_t kNewestMlOpset = 5;

// The operators Pelton carries out over columns of rows, a family a file (ops_<family>.cpp).
std::span<const Operator> column_operators() noexcept;
std::span<const Operator> dense_operators() noexcept;
std::span<const Operator> elementwise_operators() noexcept;
std::span<const Operator> encoding_operators() noexcept;
std::span<const Operator> label_operators() noexcept;
std::span<const Operator> learned_operators() noexcept;
std::span<const Operator> normalizing_operators() noexcept;
std::span<const Operator> reducing_operators() noexcept;
std::span<const Operator> shape_operators() noexcept;
std::span<const Operator> tree_operators() noexcept;

/// All of them.
std::span<const std::span<const Operator>> operator_families() noexcept;

/// The operator of that name ("" and "ai.onnx" are the same domain), or null.
const Operator* find_operator(std::string_view domain, std::string_view name) noexcept;

}  // namespace pelton::formats::onnx
