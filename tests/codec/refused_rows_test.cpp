#include "codec/refused_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_model.hpp"

namespace pelton::codec {
namespace {

using model::Method;
using testing::ElementsAre;
using testing::Field;

/// A model that cannot score rows whose first feature is negative.
class Choosy final : public model::Model {
 public:
  Choosy() : inner_({"a", "b"}) {}
  const model::Schema& schema() const noexcept override { return inner_.schema(); }
  const model::Description& description() const noexcept override { return inner_.description(); }
  void score(math::ConstMatrix rows, Method method, math::Matrix out, model::Workspace& workspace) const override {
    inner_.score(rows, method, out, workspace);
    for (std::size_t r = 0; r < rows.rows; ++r) {
      if (rows(r, 0) < 0) out(r, 0) = graph::kRefusedRow;
    }
  }
  bool refuses_rows(Method) const noexcept override { return true; }
  std::string refusal(math::ConstMatrix row, Method, model::Workspace&) const override {
    return row(0, 0) < 0 ? "a is negative" : "";
  }

 private:
  test::FakeModel inner_;
};

std::optional<Problem> problem_of(const std::vector<double>& cells, bool single) {
  const Choosy model;
  const std::size_t rows = cells.size() / 2;
  std::vector<double> out(rows);
  model::Workspace workspace;
  model.score({cells.data(), rows, 2}, Method::predict, {out.data(), rows, 1}, workspace);
  return refused_rows(model, Method::predict, {cells.data(), rows, 2}, {out.data(), rows, 1},
                      [&](std::size_t r) { return single ? std::string("/x") : "/x/" + std::to_string(r); });
}

TEST(RefusedRows, SaysNothingOfGoodRows) { EXPECT_FALSE(problem_of({1, 2, 3, 4}, false)); }

TEST(RefusedRows, TellsEachRowAndWhy) {
  const auto problem = problem_of({-1, 2, 3, 4, -5, 6}, false);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->status, 422);
  EXPECT_THAT(problem->errors, ElementsAre(Field(&FieldError::pointer, "/x/0"), Field(&FieldError::pointer, "/x/2")));
  EXPECT_EQ(problem->errors[0].detail, "a is negative");
  EXPECT_EQ(problem->detail, "2 rows are not what the model can score");
}

TEST(RefusedRows, PointsAtABareRow) { EXPECT_EQ(problem_of({-1, 2}, true)->errors.at(0).pointer, "/x"); }

TEST(RefusedRows, ListsTheFirstAndCountsTheRest) {
  const auto problem = problem_of(std::vector<double>(60, -1.0), false);
  EXPECT_EQ(problem->errors.size(), kMaxFieldErrors);
  EXPECT_EQ(problem->more, 30 - kMaxFieldErrors);
}

}  // namespace
}  // namespace pelton::codec
