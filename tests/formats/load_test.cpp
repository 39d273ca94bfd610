#include "formats/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "allocation_peak.hpp"
#include "formats/write_linear.hpp"

namespace pelton::formats {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::filesystem::path kFixtures = PELTON_SOURCE_DIR "/tests/oracle/fixtures";

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// The article's model: [2, 3] scores 2.0.
std::string article_model() {
  const double coefficients[] = {0.5, 0.5};
  const double intercepts[] = {-0.5};
  return *write_linear_onnx({{coefficients, 1, 2}, intercepts, {"a", "b"}});
}

/// A folder of its own, removed in the end.
class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~LoadTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, std::string_view bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("pelton_load_test_" + std::to_string(::getpid()));
};

TEST_F(LoadTest, ScoresAFile) {
  auto model = load_model(write("model", article_model()));
  ASSERT_TRUE(model) << model.error().message();
  const double row[] = {2, 3};
  double result = 0;
  model::Workspace workspace;
  (*model)->score({row, 1, 2}, model::Method::predict, {&result, 1, 1}, workspace);
  EXPECT_EQ(result, 2.0);
  EXPECT_EQ((*model)->schema().features[1].name, "b");
  EXPECT_EQ((*model)->description().kind, "linear regression");
  EXPECT_EQ((*model)->description().parameters, 3U);
}

TEST_F(LoadTest, KeepsScoringAfterItsFileIsGone) {
  const auto file = write("model.onnx", article_model());
  auto model = load_model(file);
  ASSERT_TRUE(model);
  std::filesystem::remove(file);
  const double row[] = {2, 3};
  double result = 0;
  model::Workspace workspace;
  (*model)->score({row, 1, 2}, model::Method::predict, {&result, 1, 1}, workspace);
  EXPECT_EQ(result, 2.0);
}

TEST_F(LoadTest, TellsFilesItCannotRead) {
  const auto missing = load_model(folder_ / "none.onnx");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), core::ErrorCode::io);
  EXPECT_THAT(missing.error().message(), StartsWith((folder_ / "none.onnx").string()));
  EXPECT_EQ(load_model(folder_).error().code(), core::ErrorCode::io);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(load_model(folder_ / "pipe").error().code(), core::ErrorCode::io);
  EXPECT_EQ(load_model(write("empty.onnx", "")).error().code(), core::ErrorCode::malformed);
}

TEST_F(LoadTest, SaysWhichKindsThereAre) {
  for (const char* bytes : {"PK\x03\x04", "\x80\x04\x95", "hello", "{\"a\": 1}"}) {
    const auto model = read_model(bytes, "file");
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code(), core::ErrorCode::unsupported);
    EXPECT_THAT(model.error().message(), HasSubstr("not a model file Pelton reads; it reads ONNX (.onnx)"));
  }
  EXPECT_THAT(known_kinds(), testing::ElementsAre("ONNX (.onnx)", "XGBoost (.ubj, .json)", "LightGBM text (.txt)",
                                                  "CatBoost JSON (.json)"));
}

TEST_F(LoadTest, RefusesFilesBeyondTheLimit) {
  const std::string bytes = article_model();
  Limits limits;
  limits.file_bytes = bytes.size() - 1;
  EXPECT_EQ(load_model(write("model.onnx", bytes), {.limits = limits}).error().code(), core::ErrorCode::too_large);
  EXPECT_EQ(read_model(bytes, "model", {.limits = limits}).error().code(), core::ErrorCode::too_large);
  limits = {};
  limits.features = 1;
  EXPECT_EQ(read_model(bytes, "model", {.limits = limits}).error().code(), core::ErrorCode::too_large);
  limits = {};
  limits.nodes = 1;
  EXPECT_THAT(read_model(bytes, "model", {.limits = limits}).error().message(), HasSubstr("more than 1 nodes"));
  limits = {};
  limits.messages = 5;
  EXPECT_EQ(read_model(bytes, "model", {.limits = limits}).error().code(), core::ErrorCode::too_large);
  limits = {};
  limits.depth = 3;
  EXPECT_EQ(read_model(bytes, "model", {.limits = limits}).error().code(), core::ErrorCode::too_large);
}

/// Loads bytes and, where they are a model, scores two rows: neither may crash, hang or take memory.
void endure(std::string_view bytes) {
  constexpr std::size_t kMostBytes = std::size_t{64} << 20;
  test::restart_peak();
  if (auto model = read_model(bytes, "damaged")) {
    const model::Schema& schema = (*model)->schema();
    const std::size_t features = schema.features.size();
    std::vector<double> rows(2 * features, 1.5);
    model::Workspace workspace;
    for (const model::Method method : model::kAllMethods) {
      if (!schema.output(method)) continue;
      std::vector<double> values(2 * schema.output(method)->width);
      (*model)->score({rows.data(), 2, features}, method, {values.data(), 2, schema.output(method)->width}, workspace);
      if (!schema.output(method)->labelled) continue;
      for (const double index : values) EXPECT_LT(index, static_cast<double>(schema.classes.size()));
    }
  }
  EXPECT_LT(test::peak_bytes(), kMostBytes);
}

/// Small models that between them have every kind of part.
class DamagedModelTest : public testing::TestWithParam<const char*> {
 protected:
  const std::string bytes_ = read_file(kFixtures / (std::string(GetParam()) + ".onnx"));
};

TEST_P(DamagedModelTest, EnduresTruncationAtEveryByte) {
  ASSERT_FALSE(bytes_.empty());
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    const std::string_view cut(bytes_.data(), size);
    endure(cut);
    if (::testing::Test::HasFailure()) FAIL() << "after " << size << " bytes";
  }
}

TEST_P(DamagedModelTest, EnduresEveryFlippedBit) {
  std::string damaged = bytes_;
  for (std::size_t bit = 0; bit < bytes_.size() * 8; ++bit) {
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    endure(damaged);
    if (::testing::Test::HasFailure()) FAIL() << "bit " << bit;
    damaged[bit / 8] = bytes_[bit / 8];
  }
}

INSTANTIATE_TEST_SUITE_P(Models, DamagedModelTest,
                         testing::Values("linear_regression_float", "linear_multi_output_double", "logistic_text_float",
                                         "logistic_columns_float", "sgd_log_loss_double", "svc_sigmoid_float",
                                         "mlp_classifier_tanh_float", "imputer_linear_float", "named_columns_float",
                                         "one_class_svm_float", "normalizer_l1_linear_double"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace pelton::formats
