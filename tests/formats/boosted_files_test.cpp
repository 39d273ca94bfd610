// Small files that the libraries wrote, and their own answers (boosted/make_files.py).
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "formats/load.hpp"

namespace pelton::formats {
namespace {

const std::filesystem::path kFolder = PELTON_TEST_DATA "/boosted";

struct Answer {
  std::string method;
  std::size_t width = 0;
  std::int64_t ulps = 0;
  Iterations rounds;
  std::vector<double> values;  ///< [rows, width]
};

struct Expected {
  std::string file;
  std::size_t rows = 0;
  std::size_t features = 0;
  std::vector<double> values;  ///< [rows, features]
  std::vector<Answer> answers;
};

std::vector<double> read_values(std::istream& in, std::size_t count) {
  std::vector<double> values;
  for (std::string word; values.size() < count && in >> word;) values.push_back(std::strtod(word.c_str(), nullptr));
  return values;
}

Expected read_expected(const std::filesystem::path& path) {
  std::ifstream in(path);
  Expected expected;
  std::string word;
  in >> word >> expected.file >> word >> expected.rows >> expected.features;
  expected.values = read_values(in, expected.rows * expected.features);
  while (in >> word) {
    Answer& answer = expected.answers.emplace_back();
    std::size_t last = 0;
    in >> answer.method >> answer.width >> answer.ulps >> answer.rounds.first >> last;
    if (last != 0) answer.rounds.last = last;
    answer.values = read_values(in, expected.rows * answer.width);
  }
  return expected;
}

/// How many doubles lie between two; NaN is NaN. Two that are both next to nothing count as one.
std::int64_t distance(double a, double b) {
  constexpr double kNothing = 1e-300;
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b) ? 0 : INT64_MAX;
  if (a == b || (std::fabs(a) < kNothing && std::fabs(b) < kNothing)) return 0;
  if (std::signbit(a) != std::signbit(b)) return INT64_MAX;
  return std::abs(std::bit_cast<std::int64_t>(a) - std::bit_cast<std::int64_t>(b));
}

class BoostedFileTest : public testing::TestWithParam<std::string> {};

TEST_P(BoostedFileTest, AnswersAsItsLibrary) {
  const Expected expected = read_expected(kFolder / (GetParam() + ".expected"));
  ASSERT_EQ(expected.values.size(), expected.rows * expected.features);
  ASSERT_FALSE(expected.answers.empty());
  for (const Answer& answer : expected.answers) {
    SCOPED_TRACE(answer.method + " from round " + std::to_string(answer.rounds.first));
    Options options;
    options.iterations = answer.rounds;
    const auto model = load_model(kFolder / expected.file, options);
    ASSERT_TRUE(model) << model.error().message();
    const model::Method method = *model::parse_method(answer.method);
    const auto& spec = (*model)->schema().output(method);
    ASSERT_TRUE(spec);
    ASSERT_EQ(spec->width, answer.width);
    ASSERT_EQ((*model)->schema().features.size(), expected.features);
    ASSERT_EQ(answer.values.size(), expected.rows * answer.width);
    std::vector<double> values(answer.values.size());
    model::Workspace workspace;
    (*model)->score({expected.values.data(), expected.rows, expected.features}, method,
                    {values.data(), expected.rows, answer.width}, workspace);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_LE(distance(values[i], answer.values[i]), answer.ulps)
          << values[i] << " for " << answer.values[i] << ", row " << i / answer.width;
    }
  }
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".expected") found.push_back(entry.path().stem());
  }
  std::sort(found.begin(), found.end());
  return found;
}

INSTANTIATE_TEST_SUITE_P(Files, BoostedFileTest, testing::ValuesIn(names()),
                         [](const auto& file) { return file.param; });

}  // namespace
}  // namespace pelton::formats
