#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "xgboost_documents.hpp"

/// Small models of several XGBoost versions against what those versions said: fixtures/xgboost/make_fixtures.py.
namespace pelton::formats::xgboost::test {
namespace {

struct Case {
  std::vector<double> row;
  std::vector<double> margins;
  std::vector<double> predictions;
};

std::vector<Case> read_cases(const std::filesystem::path& file) {
  std::vector<Case> cases;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    Case& now = cases.emplace_back();
    std::istringstream words(line);
    std::vector<double>* parts[] = {&now.row, &now.margins, &now.predictions};
    std::size_t part = 0;
    for (std::string word; words >> word;) {
      if (word == "|") {
        ++part;
      } else {
        parts[part]->push_back(std::strtod(word.c_str(), nullptr));
      }
    }
  }
  return cases;
}

/// Steps between two floats.
long steps(double a, double b) {
  const auto place = [](double x) {
    const auto f = static_cast<float>(x);
    std::int32_t bits;
    std::memcpy(&bits, &f, sizeof bits);
    return bits < 0 ? -static_cast<long>(bits & INT32_MAX) : static_cast<long>(bits);
  };
  return std::labs(place(a) - place(b));
}

TEST(XgboostFixtures, MarginsAreXgboostsToTheBit) {
  std::size_t models = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PELTON_TEST_DATA "/fixtures/xgboost")) {
    const std::filesystem::path file = entry.path();
    if (file.extension() != ".json" && file.extension() != ".ubj") continue;
    SCOPED_TRACE(file.filename().string());
    const auto model = load_model(file);
    ASSERT_TRUE(model) << model.error().message();
    const std::vector<Case> cases = read_cases(std::filesystem::path(file).replace_extension(".cases"));
    ASSERT_FALSE(cases.empty());
    for (const Case& expected : cases) {
      EXPECT_EQ(score(**model, expected.row), expected.margins);
      const std::vector<double> predictions = score(**model, expected.row, model::Method::predict);
      ASSERT_EQ(predictions.size(), expected.predictions.size());
      for (std::size_t k = 0; k < predictions.size(); ++k) {
        EXPECT_LE(steps(predictions[k], expected.predictions[k]), 1);
      }
    }
    ++models;
  }
  EXPECT_EQ(models, 23U);
}

}  // namespace
}  // namespace pelton::formats::xgboost::test
