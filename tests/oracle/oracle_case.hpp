#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/schema.hpp"

namespace pelton::oracle {

/// Who answered.
enum class Source { scikit_learn = 0, onnx_runtime = 1 };
inline constexpr std::size_t kSources = 2;

/// What a source answers with one method.
struct Answers {
  std::size_t width = 0;
  std::vector<double> values;  ///< [rows, width]; of a classifier's predict: indices of its classes
};

/// One fixture: rows, and what the sources answered for them (written by recipes.py).
struct OracleCase {
  double tolerance = 0;  ///< relative
  std::size_t rows = 0;
  std::size_t features = 0;
  std::vector<std::string> classes;
  std::vector<double> x;  ///< [rows, features]; NaN where missing; in a column of text of no meaning else
  std::map<std::size_t, std::vector<std::string>> texts;  ///< of each row, by column; the others hold numbers
  std::array<std::array<std::optional<Answers>, model::kMethodCount>, kSources> answers;

  const std::optional<Answers>& of(Source source, model::Method method) const {
    return answers[static_cast<std::size_t>(source)][static_cast<std::size_t>(method)];
  }
};

/// Reads NAME.expected; fails the test where it cannot.
OracleCase read_oracle_case(const std::filesystem::path& file);

/// The rows as the model takes them: for texts the numbers of their categories. Fails the test (throws)
/// where a text has none.
std::vector<double> rows_for(const model::Schema& schema, const OracleCase& asked);

/// Where the fixtures are: the committed ones, or those that PELTON_ORACLE_FIXTURES names.
std::filesystem::path fixture_directory();

/// Names of all fixtures, sorted.
std::vector<std::string> fixture_names();

}  // namespace pelton::oracle
