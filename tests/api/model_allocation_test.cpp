// Once warm, scoring with a model read from a file allocates nothing.
#include "support/allocation_counter.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "formats/load.hpp"

namespace pelton::api {
namespace {

class ScoringAllocationTest : public testing::TestWithParam<const char*> {};

TEST_P(ScoringAllocationTest, WarmScoringAllocatesNothing) {
  auto fixture = std::filesystem::path(PELTON_SOURCE_DIR) / "tests/oracle/fixtures" / GetParam();
  const auto loaded = formats::load_model(fixture.replace_extension(".onnx"));
  ASSERT_TRUE(loaded) << loaded.error().message();
  const model::Model& model = **loaded;
  const std::size_t cols = model.schema().features.size();
  constexpr std::size_t kRows = 37;
  const std::vector<double> rows(kRows * cols, 0.5);
  model::Workspace workspace;
  for (const model::Method method : model::kAllMethods) {
    const auto& output = model.schema().output(method);
    if (!output) continue;
    std::vector<double> out(kRows * output->width);
    const auto score = [&](std::size_t n) {
      model.score({rows.data(), n, cols}, method, {out.data(), n, output->width}, workspace);
    };
    score(kRows);
    const std::size_t before = test::allocations_of_this_thread();
    for (std::size_t n = 1; n <= kRows; ++n) score(n);
    EXPECT_EQ(test::allocations_of_this_thread() - before, 0U) << to_string(method);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ScoringAllocationTest,
                         testing::Values("linear_multi_output_double", "svc_digits_float", "torch_mlp_relu_float"));

}  // namespace
}  // namespace pelton::api
