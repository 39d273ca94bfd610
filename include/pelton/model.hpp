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
  std::string type;            ///< "float32", "float64", "int64", "bool": values are rounded to it; or "string"
  bool takes_missing = false;  ///< whether NaN stands for a missing value
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
  /// not depend on the other rows. False, with nothing written, where a size does not fit or the
  /// method is not offered.
  [[nodiscard]] bool score(std::span<const double> rows, Method method, std::span<double> out, Scratch& scratch) const;
  /// The same with memory of its own; empty where a size does not fit or the method is not offered.
  std::vector<double> score(std::span<const double> rows, Method method = Method::predict) const;

 private:
  struct Loaded;
  explicit Model(std::unique_ptr<Loaded> loaded);

  std::unique_ptr<Loaded> loaded_;
};

}  // namespace pelton
