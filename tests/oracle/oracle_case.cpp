#include "oracle_case.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

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
  reader.expect_end();
  return result;
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
