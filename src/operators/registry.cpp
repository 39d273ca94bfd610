#include "operators/registry.hpp"

#include <array>

namespace pelton::operators {

std::span<const std::span<const Operator>> operator_families() noexcept {
  static const std::array kFamilies{
      arg_extreme_operators(),
      arithmetic_operators(),
      array_feature_extractor_operators(),
      batch_normalization_operators(),
      binarizer_operators(),
      cast_operators(),
      cdist_operators(),
      clip_operators(),
      comparison_operators(),
      compress_operators(),
      concat_operators(),
      constant_of_shape_operators(),
      constant_operators(),
      cumulative_operators(),
      dropout_operators(),
      einsum_operators(),
      expand_operators(),
      eye_like_operators(),
      feature_vectorizer_operators(),
      function_operators(),
      gather_elements_operators(),
      gather_nd_operators(),
      gather_operators(),
      gemm_operators(),
      group_normalization_operators(),
      identity_operators(),
      if_operators(),
      imputer_operators(),
      label_encoder_operators(),
      layer_normalization_operators(),
      linear_systems_operators(),
      logic_operators(),
      loop_operators(),
      lp_normalization_operators(),
      matmul_integer_operators(),
      matmul_operators(),
      mean_variance_normalization_operators(),
      non_zero_operators(),
      normalizer_operators(),
      one_hot_encoder_operators(),
      one_hot_operators(),
      pad_operators(),
      power_operators(),
      range_operators(),
      reduce_operators(),
      regex_full_match_operators(),
      reshape_operators(),
      scaler_operators(),
      scan_operators(),
      scatter_elements_operators(),
      scatter_nd_operators(),
      sequence_operators(),
      shape_operators(),
      shrink_operators(),
      sign_operators(),
      slice_operators(),
      softmax_operators(),
      split_operators(),
      split_to_sequence_operators(),
      squeeze_operators(),
      string_concat_operators(),
      string_normalizer_operators(),
      string_split_operators(),
      tfidf_vectorizer_operators(),
      tokenizer_operators(),
      top_k_operators(),
      transpose_operators(),
      trigonometry_operators(),
      unique_operators(),
      variadic_operators(),
      where_operators(),
  };
  return kFamilies;
}

const Operator* find_operator(std::string_view domain, std::string_view name) noexcept {
  for (const std::span<const Operator> family : operator_families()) {
    for (const Operator& op : family) {
      if (op.domain == domain && op.name == name) return &op;
    }
  }
  return nullptr;
}

}  // namespace pelton::operators
