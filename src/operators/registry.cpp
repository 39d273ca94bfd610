#include "operators/registry.hpp"

#include <array>

namespace pelton::operators {

const Operator* find_operator(std::string_view domain, std::string_view name) noexcept {
  static const std::array kFamilies{
      array_feature_extractor_operators(),
      binarizer_operators(),
      feature_vectorizer_operators(),
      identity_operators(),
      imputer_operators(),
      label_encoder_operators(),
      normalizer_operators(),
      one_hot_encoder_operators(),
      regex_full_match_operators(),
      scaler_operators(),
      string_concat_operators(),
      string_normalizer_operators(),
      string_split_operators(),
      tfidf_vectorizer_operators(),
      tokenizer_operators(),
  };
  for (const std::span<const Operator> family : kFamilies) {
    for (const Operator& op : family) {
      if (op.domain == domain && op.name == name) return &op;
    }
  }
  return nullptr;
}

}  // namespace pelton::operators
