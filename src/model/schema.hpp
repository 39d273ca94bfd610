#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/categories.hpp"

namespace pelton::model {

/// What a caller can ask of a model; names are scikit-learn's.
enum class Method : std::uint8_t {
  predict,            ///< the label of a classifier, the value of a regressor
  predict_proba,      ///< one probability a class
  decision_function,  ///< the raw margin: one value, or one a class (or pair of classes, as the source has it)
  leaf,               ///< the leaf each tree put the row in
  contrib,            ///< contribution per feature, base value last
};
inline constexpr std::array kAllMethods{Method::predict, Method::predict_proba, Method::decision_function, Method::leaf,
                                        Method::contrib};
inline constexpr std::size_t kMethodCount = kAllMethods.size();

std::string_view to_string(Method method) noexcept;
std::optional<Method> parse_method(std::string_view name) noexcept;

/// Element types of inputs and outputs, as the model file declares them.
enum class ElementType : std::uint8_t { float32, float64, int64, boolean, string };
std::string_view to_string(ElementType type) noexcept;

/// One column of a request row. Rows carry doubles; the model casts to `type` itself. Of type string a
/// feature with categories is told by their names, and one without is a text, any text: its doubles are
/// cells of a core::TextStore, a missing value the empty text.
struct Feature {
  std::string name;  ///< empty where the model knows its features by position only
  ElementType type = ElementType::float64;
  bool takes_missing = false;  ///< whether null (NaN) has a meaning to the model
  /// Whether a row that names its features may leave this one out: it is 0 then, or the empty text. The model
  /// takes maps: names that it does not know mean nothing to it, and are no mistake.
  bool optional = false;
  std::shared_ptr<const Categories> categories = nullptr;  ///< set: text stands for a category's number
  /// Set: the only values taken, whole and ascending, within 2^53; a value that is not whole stands for its whole part.
  std::shared_ptr<const std::vector<double>> allowed = nullptr;
  /// The name is that of the graph's one input, of one column: rows may use it, but a column of a file may
  /// be called otherwise.
  bool named_by_input = false;

  /// Whether it is any text: rows hold a cell of a core::TextStore.
  bool is_text() const noexcept { return type == ElementType::string && categories == nullptr; }
  /// Whether it is a text that is looked up: rows hold its category's number.
  bool is_word() const noexcept {
    return type == ElementType::string && categories != nullptr && !categories->numbers_are_names();
  }
};

/// A class label, as the source library's classes_ holds it.
using Label = std::variant<std::int64_t, std::string>;

/// A tensor that the model's file takes: the values of some features, side by side in a row.
struct Input {
  std::string name;
  std::size_t first = 0;  ///< feature
  std::size_t width = 0;  ///< features
  /// Of a row's values, where they are no plain list.
  std::vector<std::size_t> shape = {};
};

/// What one method gives back for a row.
struct OutputSpec {
  std::string name;                         ///< "predict", "predict_proba", … or the graph's own name
  ElementType type = ElementType::float64;  ///< of the values (of the label, for a labelled output)
  std::size_t width = 1;                    ///< values a row
  bool scalar = true;                       ///< width 1 told as a bare value, not as a list of one
  bool labelled = false;                    ///< the value is an index into Schema::classes
  /// Of a row's values, where they are no plain list but are told as lists of lists.
  std::vector<std::size_t> shape = {};
  std::string file_name = {};  ///< what the model's file calls the output; empty where it has none of this kind
};

/// The whole of what the outside needs to know to call a model.
struct Schema {
  std::vector<Feature> features;
  std::vector<Label> classes;                                   ///< empty for regressors
  std::array<std::optional<OutputSpec>, kMethodCount> outputs;  ///< by Method; empty where not offered
  std::vector<Input> inputs = {};  ///< as the file has them, one after the other; empty where it names none

  bool named() const noexcept { return !features.empty() && !features.front().name.empty(); }
  /// Whether the columns of a file have to be called as the features are.
  bool names_columns() const noexcept { return named() && !features.front().named_by_input; }
  const std::optional<OutputSpec>& output(Method method) const noexcept {
    return outputs[static_cast<std::size_t>(method)];
  }
};

}  // namespace pelton::model
