#include "oracle_case.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/byte_reader.hpp"

namespace pelton::oracle {
namespace {

void require(bool there) {
  if (!there) throw std::runtime_error("a fixture breaks off");
}

template <class T>
T read(core::ByteReader& reader) {
  T value{};
  require(reader.read(value));
  return value;
}

std::vector<double> read_doubles(core::ByteReader& reader, std::size_t count) {
  std::vector<double> values(count);
  for (double& value : values) value = read<double>(reader);
  return values;
}

}  // namespace

OracleCase read_oracle_case(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  core::ByteReader reader{std::string_view(bytes)};
  std::string_view magic;
  require(reader.read_bytes(8, magic) && magic == "PELTONOR" && read<std::uint32_t>(reader) == 1);
  OracleCase result;
  result.tolerance = read<double>(reader);
  result.rows = read<std::uint32_t>(reader);
  result.features = read<std::uint32_t>(reader);
  const auto classes = read<std::uint32_t>(reader);
  for (std::uint32_t i = 0; i < classes; ++i) {
    std::string_view label;
    require(reader.read_bytes(read<std::uint32_t>(reader), label));
    result.classes.emplace_back(label);
  }
  result.x = read_doubles(reader, result.rows * result.features);
  const auto records = read<std::uint32_t>(reader);
  for (std::uint32_t i = 0; i < records; ++i) {
    const auto source = read<std::uint32_t>(reader);
    const auto method = read<std::uint32_t>(reader);
    Answers& answers = result.answers.at(source).at(method).emplace();
    answers.width = read<std::uint32_t>(reader);
    answers.values = read_doubles(reader, result.rows * answers.width);
  }
  require(reader.done());
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
