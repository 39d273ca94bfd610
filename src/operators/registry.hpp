#pragma once

#include <span>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

inline constexpr std::string_view kMlDomain = "ai.onnx.ml";
/// ONNX Runtime's own operators, a few of which converters use.
inline constexpr std::string_view kMicrosoftDomain = "com.microsoft";

// The operators, a family a file (<family>.cpp).
std::span<const Operator> array_feature_extractor_operators() noexcept;
std::span<const Operator> binarizer_operators() noexcept;
std::span<const Operator> feature_vectorizer_operators() noexcept;
std::span<const Operator> identity_operators() noexcept;
std::span<const Operator> imputer_operators() noexcept;
std::span<const Operator> label_encoder_operators() noexcept;
std::span<const Operator> normalizer_operators() noexcept;
std::span<const Operator> one_hot_encoder_operators() noexcept;
std::span<const Operator> regex_full_match_operators() noexcept;
std::span<const Operator> scaler_operators() noexcept;
std::span<const Operator> string_concat_operators() noexcept;
std::span<const Operator> string_normalizer_operators() noexcept;
std::span<const Operator> string_split_operators() noexcept;
std::span<const Operator> tfidf_vectorizer_operators() noexcept;
std::span<const Operator> tokenizer_operators() noexcept;

/// The operator of that name ("" is ai.onnx), or null.
const Operator* find_operator(std::string_view domain, std::string_view name) noexcept;

}  // namespace pelton::operators
