#include "oracle_case.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "fixture_reader.hpp"

namespace pelton::oracle {

OracleCase read_oracle_case(const std::filesystem::path& file) {
  FixtureReader reader(file);
  reader.expect("PELTONOR", 1);
  OracleCase result;
  result.tolerance = reader.read<double>();
  result.rows = reader.read<std::uint32_t>();
  result.features = reader.read<std::uint32_t>();
  result.classes = reader.words();
  result.x = reader.values<double>(result.rows * result.features);
  const auto records = reader.read<std::uint32_t>();
  for (std::uint32_t i = 0; i < records; ++i) {
    const auto source = reader.read<std::uint32_t>();
    const auto method = reader.read<std::uint32_t>();
    Answers& answers = result.answers.at(source).at(method).emplace();
    answers.width = reader.read<std::uint32_t>();
    answers.values = reader.values<double>(result.rows * answers.width);
  }
  for (std::uint32_t i = reader.done() ? 0 : reader.read<std::uint32_t>(); i > 0; --i) {
    const auto column = reader.read<std::uint32_t>();
    result.texts[column] = reader.words();
  }
  reader.expect_end();
  return result;
}

std::vector<double> rows_for(const model::Schema& schema, const OracleCase& asked) {
  std::vector<double> rows = asked.x;
  for (const auto& [column, texts] : asked.texts) {
    const model::Feature& feature = schema.features.at(column);
    if (feature.categories == nullptr) throw std::runtime_error("feature " + feature.name + " takes no text");
    for (std::size_t r = 0; r < asked.rows; ++r) {
      double& value = rows.at(r * asked.features + column);
      if (std::isnan(value)) continue;
      const std::optional<double> number = feature.categories->number(texts.at(r));
      if (!number) throw std::runtime_error("feature " + feature.name + " does not take \"" + texts[r] + "\"");
      value = *number;
    }
  }
  return rows;
}

std::filesystem::path fixture_directory() {
  const char* elsewhere = std::getenv("PELTON_ORACLE_FIXTURES");
  return elsewhere != nullptr ? elsewhere : PELTON_TEST_DATA "/fixtures";
}

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(fixture_directory())) {
    if (entry.path().extension() == ".expected") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace pelton::oracle
