#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pelton/result.hpp"

/// Scoring models inside a program of your own. Thread-safety: a Model is immutable, any number of
/// threads may use one; a Scratch belongs to one thread at a time.
///
///   auto model = pelton::Model::load("house.onnx");
///   if (!model) return fail(model.error());
///   const std::vector<double> rows{2, 3, 4, 5};  // two rows of two features
///   const std::vector<double> prices = model->score(rows);
namespace pelton {

/// What to ask of a model; the names are scikit-learn's.
enum class Method {
  predict,            ///< the value of a regressor; of a classifier the index of its label
  predict_proba,      ///< one probability a class
  decision_function,  ///< the raw margin
};

/// One column of a row.
struct Feature {
  std::string name;            ///< empty where the model knows its features by position only
  std::string type;            ///< "float32", "float64", "int64" or "bool": values are rounded to it; or "string"
  bool takes_missing = false;  ///< whether NaN stands for a missing value
  bool is_text = false;        ///< its values are made by Texts::put, the empty text where one is missing
};

/// Texts that stand in rows, where a model takes some:
///
///   pelton::Texts texts;
///   const std::vector<double> rows{texts.put("a fine house"), 3};  // one row of a text and a number
///   model->score(rows, texts, pelton::Method::predict, out, scratch);
///
/// Belongs to one thread at a time; while nobody changes it, any number may score rows of its texts.
class Texts {
 public:
  Texts();
  Texts(Texts&&) noexcept;
  Texts& operator=(Texts&&) noexcept;
  ~Texts();

  /// The value that stands in a row for a copy of `text` (UTF-8). It may be copied as it is; as a number it
  /// means nothing.
  double put(std::string_view text);
  /// Forgets every text: values made before must not be scored any more.
  void clear() noexcept;

 private:
  struct Store;
  std::unique_ptr<Store> store_;
};

/// Memory that scoring needs on the way, kept between calls so that they allocate nothing.
class Scratch {
 public:
  Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  ~Scratch();

 private:
  friend class Model;
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

/// A loaded model.
class Model {
 public:
  /// Loads a model file (the kind is told from its content). The error names the file and every part
  /// of it that is not supported.
  static Result<Model> load(const std::filesystem::path& file);
  /// The same from memory; `name` stands for the file's in errors. The bytes are not needed afterwards.
  static Result<Model> read(std::string_view bytes, std::string_view name);

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  const std::vector<Feature>& features() const noexcept;
  /// Labels of a classifier, in the order of its probabilities; empty for a regressor.
  const std::vector<std::string>& classes() const noexcept;
  /// Values a row that `method` gives; 0 where the model does not offer it.
  std::size_t width(Method method) const noexcept;
  /// Several lines for people: the kind of model, its operations and the steps that run.
  std::string describe() const;

  /// Scores `rows` ([n, features], row after row) into `out` ([n, width(method)]). A row's values do
  /// not depend on the other rows. False, with nothing written, where a size does not fit, the method is
  /// not offered, or a feature is text.
  [[nodiscard]] bool score(std::span<const double> rows, Method method, std::span<double> out, Scratch& scratch) const;
  /// The same for models with features that are text: their values must have been made by `texts`.
  [[nodiscard]] bool score(std::span<const double> rows, const Texts& texts, Method method, std::span<double> out,
                           Scratch& scratch) const;
  /// The same with memory of its own; empty where a size does not fit, the method is not offered, or a
  /// feature is text.
  std::vector<double> score(std::span<const double> rows, Method method = Method::predict) const;

 private:
  struct Loaded;
  bool score_rows(std::span<const double> rows, Method method, std::span<double> out, Scratch& scratch) const;
  explicit Model(std::unique_ptr<Loaded> loaded);

  std::unique_ptr<Loaded> loaded_;
};

}  // namespace pelton
