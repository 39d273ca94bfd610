#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <random>

#include "formats/load.hpp"
#include "formats/write_linear.hpp"
#include "train/linear.hpp"

namespace pelton {
namespace {

/// Fits, writes, loads and scores; with PELTON_WRITTEN_MODELS the file, its rows and the answers are
/// left there for other runtimes to check (live_test.py).
void fit_and_write(const std::string& name, const std::vector<double>& x, std::size_t features,
                   const std::vector<double>& y, std::size_t targets) {
  const std::size_t rows = x.size() / features;
  const auto fit = train::fit_linear({x.data(), rows, features}, {y.data(), rows, targets});
  ASSERT_TRUE(fit) << fit.error().message();
  std::vector<std::string> names;
  for (std::size_t f = 0; f < features; ++f) names.push_back("feature " + std::to_string(f));
  const auto bytes = formats::write_linear_onnx({fit->matrix(), fit->intercepts, names});
  ASSERT_TRUE(bytes) << bytes.error().message();
  const auto model = formats::read_model(*bytes, name);
  ASSERT_TRUE(model) << model.error().message();
  std::vector<double> scored(y.size());
  std::vector<double> fitted(y.size());
  model::Workspace workspace;
  (*model)->score({x.data(), rows, features}, model::Method::predict, {scored.data(), rows, targets}, workspace);
  fit->predict({x.data(), rows, features}, {fitted.data(), rows, targets});
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(scored[i], fitted[i], 1e-12 * std::abs(fitted[i]) + 1e-12);

  const char* folder = std::getenv("PELTON_WRITTEN_MODELS");
  if (folder == nullptr) return;
  std::ofstream(std::filesystem::path(folder) / (name + ".onnx"), std::ios::binary) << *bytes;
  std::ofstream table(std::filesystem::path(folder) / (name + ".rows"));
  table << std::setprecision(17);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t f = 0; f < features; ++f) table << x[r * features + f] << ' ';
    for (std::size_t t = 0; t < targets; ++t) table << scored[r * targets + t] << (t + 1 < targets ? ' ' : '\n');
  }
}

TEST(WrittenModels, TheArticles) { fit_and_write("article", {1, 2, 3, 4, 5, 6}, 2, {1, 3, 5}, 1); }

TEST(WrittenModels, OfSeveralTargets) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> x(60 * 5);
  std::vector<double> y(60 * 3);
  for (double& value : x) value = normal(random);
  for (double& value : y) value = 10 * normal(random);
  fit_and_write("several_targets", x, 5, y, 3);
}

}  // namespace
}  // namespace pelton
