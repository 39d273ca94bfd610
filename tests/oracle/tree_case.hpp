#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/options.hpp"
#include "model/schema.hpp"

namespace pelton::oracle {

/// What a library answers with one method, and how far from it Pelton may be.
struct TreeAnswers {
  std::size_t width = 0;
  std::vector<double> values;  ///< [rows, width]; of a labelled output: indices of the classes
  std::uint32_t ulps = 0;      ///< units in the last place of the library's type
  bool float32 = false;        ///< that type: float32, otherwise float64
};

/// The answers for some of a model's boosting rounds.
struct TreePart {
  formats::Iterations iterations;
  std::array<std::optional<TreeAnswers>, model::kMethodCount> answers;
};

/// One fixture of a tree ensemble: rows, and what its library answered for them (packed by tree_recipes.py).
struct TreeCase {
  std::vector<std::string> classes;
  std::vector<std::string> feature_names;  ///< none where the file holds none
  std::size_t rows = 0;
  std::size_t features = 0;
  std::vector<double> x;  ///< [rows, features]
  /// By column, names of categories: the rows hold positions in it.
  std::map<std::size_t, std::vector<std::string>> names;
  std::vector<TreePart> parts;
};

/// Reads NAME.answers; fails the test where it cannot.
TreeCase read_tree_case(const std::filesystem::path& file);

/// Where the fixtures are: the committed ones, or those that PELTON_TREE_FIXTURES names.
std::filesystem::path tree_fixture_directory();

/// Names of all fixtures, sorted.
std::vector<std::string> tree_fixture_names();

/// The model file of a fixture.
std::filesystem::path tree_model_file(const std::string& name);

}  // namespace pelton::oracle
