#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pelton::model {

/// The categories of a feature by name: what number a row holds for each. Immutable, thread-safe.
class Categories {
 public:
  virtual ~Categories() = default;
  /// The number for `name`: NaN where the library takes an unknown name as missing, nothing where it
  /// refuses one.
  virtual std::optional<double> number(std::string_view name) const noexcept = 0;
  /// Whether a whole number in a request is a category's name too, as it is spelled ("12"), and not
  /// already the number that the row is to hold.
  virtual bool numbers_are_names() const noexcept { return false; }
  /// The known names, for schemas and suggestions; empty where the file holds hashes only.
  virtual const std::vector<std::string>& names() const noexcept = 0;
};

/// Names that stand for their position (LightGBM's pandas_categorical, XGBoost's cats).
std::shared_ptr<const Categories> make_categories(std::vector<std::string> names, bool unknown_is_missing);

/// Names with numbers of their own; any other name is `unknown`, or refused where that is nothing.
std::shared_ptr<const Categories> make_categories(const std::vector<std::pair<std::string, double>>& numbered,
                                                  std::optional<double> unknown);

}  // namespace pelton::model
