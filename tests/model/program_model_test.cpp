#include "model/program_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/program_builder.hpp"

namespace pelton::model {
namespace {

using testing::ElementsAre;

/// y = 2 a + b + 1, with the sign of it as decision_function.
ProgramModel line() {
  graph::ProgramBuilder builder(2);
  const double weights[] = {2, 1};
  const double bias[] = {1};
  const auto y = builder.add("line", graph::Affine{builder.input(), {weights, 2, 1}, bias});
  const auto sign = builder.add("sign", graph::Unary{*y, graph::UnaryOp::sign});
  ProgramModel::Programs programs;
  Schema schema;
  schema.features = {{.name = "a"}, {.name = "b"}};
  const auto offer = [&](Method method, graph::Register block) {
    programs[static_cast<std::size_t>(method)] = *builder.compile(std::span(&block, 1));
    schema.outputs[static_cast<std::size_t>(method)] = OutputSpec{.name = std::string(to_string(method))};
  };
  offer(Method::predict, *y);
  offer(Method::decision_function, *sign);
  Description description;
  description.kind = "line";
  return ProgramModel(std::move(schema), std::move(description), std::move(programs));
}

TEST(ProgramModel, ScoresWithEachOfItsMethods) {
  const ProgramModel model = line();
  const double rows[] = {1, 2, -3, 0};
  std::vector<double> out(2);
  Workspace workspace;
  model.score({rows, 2, 2}, Method::predict, {out.data(), 2, 1}, workspace);
  EXPECT_THAT(out, ElementsAre(5, -5));
  model.score({rows, 2, 2}, Method::decision_function, {out.data(), 2, 1}, workspace);
  EXPECT_THAT(out, ElementsAre(1, -1));
}

TEST(ProgramModel, ScoresWindowsOfLargerBlocks) {
  const ProgramModel model = line();
  const double rows[] = {1, 2, 100, -3, 0, 100};  // a third column that is not the model's
  std::vector<double> out{0, 7, 0, 7};
  Workspace workspace;
  model.score({rows, 2, 2, 3}, Method::predict, {out.data(), 2, 1, 2}, workspace);
  EXPECT_THAT(out, ElementsAre(5, 7, -5, 7));
}

TEST(ProgramModel, DescribesWhatPredictCosts) {
  const ProgramModel model = line();
  EXPECT_EQ(model.description().kind, "line");
  EXPECT_EQ(model.description().parameters, 3U);
  EXPECT_THAT(model.description().plan, testing::SizeIs(1));
  EXPECT_GT(model.description().flops_per_row, 0);
}

}  // namespace
}  // namespace pelton::model
