#include "tree_case.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "fixture_reader.hpp"

namespace pelton::oracle {
namespace {

constexpr std::string_view kAnswers = ".answers";
constexpr std::uint32_t kToTheEnd = UINT32_MAX;
/// tree_recipes.py counts methods as model::Method does.
static_assert(static_cast<int>(model::Method::leaf) == 3);

struct Block {
  std::size_t rows = 0;
  std::size_t width = 0;
  std::vector<double> values;
};

/// A matrix in the smallest type that holds it.
Block read_block(FixtureReader& reader) {
  Block block;
  block.rows = reader.read<std::uint32_t>();
  block.width = reader.read<std::uint32_t>();
  const std::size_t count = block.rows * block.width;
  switch (reader.read<std::uint32_t>()) {
    case 2: block.values = reader.values<std::uint16_t>(count); break;
    case 4: block.values = reader.values<float>(count); break;
    default: block.values = reader.values<double>(count);
  }
  return block;
}

TreePart read_part(FixtureReader& reader, std::size_t rows) {
  TreePart part;
  part.iterations.first = reader.read<std::uint32_t>();
  if (const auto last = reader.read<std::uint32_t>(); last != kToTheEnd) part.iterations.last = last;
  part.iterations.best = reader.read<std::uint32_t>() != 0;
  const auto records = reader.read<std::uint32_t>();
  for (std::uint32_t i = 0; i < records; ++i) {
    const auto method = reader.read<std::uint32_t>();
    TreeAnswers& answers = part.answers.at(method).emplace();
    answers.ulps = reader.read<std::uint32_t>();
    answers.float32 = reader.read<std::uint32_t>() == sizeof(float);
    Block block = read_block(reader);
    if (block.rows != rows) throw std::runtime_error("a fixture answers other rows than it asks");
    answers.width = block.width;
    answers.values = std::move(block.values);
  }
  return part;
}

}  // namespace

TreeCase read_tree_case(const std::filesystem::path& file) {
  FixtureReader reader(file);
  reader.expect("PELTONTR", 1);
  TreeCase result;
  result.classes = reader.words();
  result.feature_names = reader.words();
  Block rows = read_block(reader);
  result.rows = rows.rows;
  result.features = rows.width;
  result.x = std::move(rows.values);
  const auto named = reader.read<std::uint32_t>();
  for (std::uint32_t i = 0; i < named; ++i) {
    const auto column = reader.read<std::uint32_t>();
    result.names[column] = reader.words();
  }
  const auto parts = reader.read<std::uint32_t>();
  for (std::uint32_t i = 0; i < parts; ++i) result.parts.push_back(read_part(reader, result.rows));
  reader.expect_end();
  return result;
}

std::filesystem::path tree_fixture_directory() {
  const char* elsewhere = std::getenv("PELTON_TREE_FIXTURES");
  return elsewhere != nullptr ? elsewhere : PELTON_TEST_DATA "/tree_fixtures";
}

std::vector<std::string> tree_fixture_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(tree_fixture_directory())) {
    if (entry.path().extension() == kAnswers) names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path tree_model_file(const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator(tree_fixture_directory())) {
    if (entry.path().stem() == name && entry.path().extension() != kAnswers) return entry.path();
  }
  throw std::runtime_error("no model file of the fixture " + name);
}

}  // namespace pelton::oracle
