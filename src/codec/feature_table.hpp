#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// A model's features as readers look them up; built once a model, then read-only (thread-safe).
class FeatureTable {
 public:
  explicit FeatureTable(const model::Schema& schema);

  std::size_t width() const noexcept { return features_.size(); }
  /// Whether rows may be sent by name.
  bool named() const noexcept { return named_; }
  const model::Feature& operator[](std::size_t i) const noexcept { return features_[i]; }
  /// Whether a header that names other columns is wrong; else the columns are the features in order.
  bool names_columns() const noexcept { return names_columns_; }
  /// All names in order; empty unless named().
  const std::vector<std::string>& names() const noexcept { return names_; }

  /// The feature of that name, or width(). `guess` is the number tried first: rows name their
  /// features in the same order again and again. Allocates nothing.
  std::size_t find(std::string_view name, std::size_t guess) const noexcept {
    if (guess < names_.size() && names_[guess] == name) return guess;
    return look_up(name);
  }

  /// A feature that rows may leave out by name, and what they hold then.
  struct Optional {
    std::size_t feature = 0;
    double value = 0;
  };
  std::span<const Optional> optional() const noexcept { return optional_; }
  /// Whether names that are none of the features' are passed over.
  bool takes_any_name() const noexcept { return !optional_.empty(); }

  /// `; did you mean "name"?` for a name that is none of the features', or nothing.
  std::string suggestion(std::string_view unknown) const;

  /// A finite number of at most this magnitude fits feature `i` and is what the row holds; others are
  /// for `misfit` to judge, or name a category (`numbers_are_names`). Negative where none fits unseen.
  double unseen_limit(std::size_t i) const noexcept { return limits_[i]; }
  /// The features whose cells are texts (model::Feature::is_text), ascending.
  const std::vector<std::size_t>& text_features() const noexcept { return text_features_; }
  /// Whether the model offers the method.
  bool offers(model::Method method) const noexcept { return (offered_ >> static_cast<unsigned>(method) & 1U) != 0; }
  /// The names of the methods offered: `predict, predict_proba`.
  const std::string& offered_names() const noexcept { return offered_names_; }

 private:
  std::size_t look_up(std::string_view name) const noexcept;

  std::vector<model::Feature> features_;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> slots_;  ///< open addressing, feature + 1, 0 empty; size a power of two
  std::vector<double> limits_;
  std::vector<std::size_t> text_features_;
  std::vector<Optional> optional_;
  std::string offered_names_;
  unsigned offered_ = 0;
  bool named_ = false;
  bool names_columns_ = false;
  bool suggests_ = false;
};

/// What is wrong with `value` for the feature, or nothing. NaN stands for a missing value. float32
/// takes what does not overflow it, int64 whole numbers up to 2^53 (rows are doubles: beyond, they
/// could not be told apart), boolean 0 and 1, string none (it is told by texts). Infinities are
/// refused whatever the model: scikit-learn refuses them too.
std::optional<std::string> misfit(const model::Feature& feature, double value);

/// What a request gives for the feature, as people say it: "a number", "a text", "true or false", ….
std::string_view noun_of(const model::Feature& feature) noexcept;

/// The number that stands in a row for a category by its name (NaN where the model takes an unknown
/// one as missing), or what is wrong with the name. The feature must have categories (asserted).
/// Allocates only where something is wrong.
core::Result<double, std::string> category_number(const model::Feature& feature, std::string_view name);

/// Whether a number in a request names one of the feature's categories by its spelling: it goes
/// through one of the functions below, never into a row as it is.
inline bool numbers_are_names(const model::Feature& feature) noexcept {
  return feature.categories != nullptr && feature.categories->numbers_are_names();
}

/// The same for a category that is told by a number, which has to be whole, as CatBoost asks of Python's:
/// `literal` is a number as JSON writes it, without point or exponent and of 64 bits; `-0` is 0.
core::Result<double, std::string> category_of_literal(const model::Feature& feature, std::string_view literal);
/// `value` is a whole number below 2^`digits` in magnitude: from there on, floats of so many digits do
/// not tell one from the next.
core::Result<double, std::string> category_of_value(const model::Feature& feature, double value, int digits);

}  // namespace pelton::codec
