#pragma once

#include <span>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

inline constexpr std::string_view kMlDomain = "ai.onnx.ml";
/// ONNX Runtime's own operators, a few of which converters use.
inline constexpr std::string_view kMicrosoftDomain = "com.microsoft";

// The operators, a family a file (<family>.cpp).
std::span<const Operator> arg_extreme_operators() noexcept;
std::span<const Operator> arithmetic_operators() noexcept;
std::span<const Operator> array_feature_extractor_operators() noexcept;
std::span<const Operator> batch_normalization_operators() noexcept;
std::span<const Operator> binarizer_operators() noexcept;
std::span<const Operator> cast_operators() noexcept;
std::span<const Operator> cdist_operators() noexcept;
std::span<const Operator> clip_operators() noexcept;
std::span<const Operator> comparison_operators() noexcept;
std::span<const Operator> compress_operators() noexcept;
std::span<const Operator> concat_operators() noexcept;
std::span<const Operator> constant_of_shape_operators() noexcept;
std::span<const Operator> constant_operators() noexcept;
std::span<const Operator> cumulative_operators() noexcept;
std::span<const Operator> dropout_operators() noexcept;
std::span<const Operator> einsum_operators() noexcept;
std::span<const Operator> expand_operators() noexcept;
std::span<const Operator> eye_like_operators() noexcept;
std::span<const Operator> feature_vectorizer_operators() noexcept;
std::span<const Operator> function_operators() noexcept;
std::span<const Operator> gather_elements_operators() noexcept;
std::span<const Operator> gather_nd_operators() noexcept;
std::span<const Operator> gather_operators() noexcept;
std::span<const Operator> gemm_operators() noexcept;
std::span<const Operator> group_normalization_operators() noexcept;
std::span<const Operator> identity_operators() noexcept;
std::span<const Operator> if_operators() noexcept;
std::span<const Operator> imputer_operators() noexcept;
std::span<const Operator> label_encoder_operators() noexcept;
std::span<const Operator> layer_normalization_operators() noexcept;
std::span<const Operator> linear_systems_operators() noexcept;
std::span<const Operator> logic_operators() noexcept;
std::span<const Operator> loop_operators() noexcept;
std::span<const Operator> lp_normalization_operators() noexcept;
std::span<const Operator> matmul_integer_operators() noexcept;
std::span<const Operator> matmul_operators() noexcept;
std::span<const Operator> mean_variance_normalization_operators() noexcept;
std::span<const Operator> non_zero_operators() noexcept;
std::span<const Operator> normalizer_operators() noexcept;
std::span<const Operator> one_hot_encoder_operators() noexcept;
std::span<const Operator> one_hot_operators() noexcept;
std::span<const Operator> pad_operators() noexcept;
std::span<const Operator> power_operators() noexcept;
std::span<const Operator> range_operators() noexcept;
std::span<const Operator> reduce_operators() noexcept;
std::span<const Operator> regex_full_match_operators() noexcept;
std::span<const Operator> reshape_operators() noexcept;
std::span<const Operator> scaler_operators() noexcept;
std::span<const Operator> scan_operators() noexcept;
std::span<const Operator> scatter_elements_operators() noexcept;
std::span<const Operator> scatter_nd_operators() noexcept;
std::span<const Operator> sequence_operators() noexcept;
std::span<const Operator> shape_operators() noexcept;
std::span<const Operator> shrink_operators() noexcept;
std::span<const Operator> sign_operators() noexcept;
std::span<const Operator> slice_operators() noexcept;
std::span<const Operator> softmax_operators() noexcept;
std::span<const Operator> split_operators() noexcept;
std::span<const Operator> split_to_sequence_operators() noexcept;
std::span<const Operator> squeeze_operators() noexcept;
std::span<const Operator> string_concat_operators() noexcept;
std::span<const Operator> string_normalizer_operators() noexcept;
std::span<const Operator> string_split_operators() noexcept;
std::span<const Operator> tfidf_vectorizer_operators() noexcept;
std::span<const Operator> tokenizer_operators() noexcept;
std::span<const Operator> top_k_operators() noexcept;
std::span<const Operator> transpose_operators() noexcept;
std::span<const Operator> trigonometry_operators() noexcept;
std::span<const Operator> unique_operators() noexcept;
std::span<const Operator> variadic_operators() noexcept;
std::span<const Operator> where_operators() noexcept;

/// All of them, a family after another.
std::span<const std::span<const Operator>> operator_families() noexcept;

/// The operator of that name ("" is ai.onnx), or null.
const Operator* find_operator(std::string_view domain, std::string_view name) noexcept;

}  // namespace pelton::operators
