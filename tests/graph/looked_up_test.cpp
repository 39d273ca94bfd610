#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "graph/running.hpp"

/// One-hot columns, and affine steps that look their weights up instead.
namespace pelton::graph {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string plan_of(const ProgramBuilder& builder, Register output) {
  std::string text;
  for (const std::string& line : builder.compile(std::array{output})->plan()) text += line + "\n";
  return text;
}

TEST(Categories, AreTranslatedByTables) {
  ProgramBuilder b(2);
  const std::vector<double> rows{5, 7, kNaN, 5.5};
  const Register y =
      must(b.add("t", Translate{b.input(), std::array{5.0, 7.0, kNaN}, std::array{50.0, 70.0, 1.0}, -1}));
  EXPECT_THAT(run(b, {y}, {rows.data(), 2, 2})[0], ElementsAre(50, 70, 1, -1));
  EXPECT_THAT(b.add("t", Translate{y, std::array{5.0}, {}}).error().message(), HasSubstr("values"));
}

TEST(Categories, AreOneHotColumns) {
  ProgramBuilder b(2);
  const std::vector<double> rows{5, 7, kNaN, 5};
  const Register y = must(b.add("o", OneHot{b.input(), std::array{5.0, 7.0}}));
  EXPECT_THAT(run(b, {y}, {rows.data(), 2, 2})[0], ElementsAre(1, 0, 0, 1, 0, 0, 1, 0));
  EXPECT_THAT(b.add("o", OneHot{y, {}}).error().message(), HasSubstr("parameters"));
  const std::vector<double> many(kMaxWidth, 1.0);
  EXPECT_EQ(b.add("o", OneHot{y, many}).error().code(), core::ErrorCode::too_large);
}

/// Three numbers, and categories in columns 1 and 4 of a row of five; what an affine step makes of
/// them with the columns made (through a step that hides them), and looked up.
class LookedUpTest : public testing::Test {
 protected:
  LookedUpTest() {
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    for (int r = 0; r < 40; ++r) {
      rows_.insert(rows_.end(), {normal(random), double(r % 4), normal(random), normal(random), double(r % 3) - 1});
    }
    for (double& w : weights_) w = normal(random);
  }

  Register column(std::size_t first, std::size_t count = 1) {
    std::vector<std::size_t> columns(count);
    for (std::size_t i = 0; i < count; ++i) columns[i] = first + i;
    return must(builder_.add("column", Select{builder_.input(), columns}));
  }

  ProgramBuilder builder_{5};
  std::vector<double> rows_;
  std::array<double, 8 * 2> weights_;  ///< of 3 numbers, 3 categories and 2
  math::ConstMatrix rows() const { return {rows_.data(), 40, 5}; }
};

TEST_F(LookedUpTest, GivesWhatTheColumnsWould) {
  const Register first = must(builder_.add("first", OneHot{column(1), std::array{0.0, 1.0, 2.0}}));
  const Register second = must(builder_.add("second", OneHot{column(4), std::array{0.0, 1.0}}));
  const Register both = must(builder_.add("both", Concat{std::array{first, second}}));
  const Register all = must(builder_.add("all", Concat{std::array{column(0), both, column(2, 2)}}));
  const Register hidden = must(builder_.add("hidden", Unary{all, UnaryOp::abs}));
  const Register again =
      must(builder_.add("sign", Binary{BinaryOp::mul, hidden, must(builder_.add("s", Unary{all, UnaryOp::sign}))}));
  const std::array bias{0.5, -0.5};
  const Affine looked_up{all, {weights_.data(), 8, 2}, bias, {UnaryOp::tanh}};
  Affine made = looked_up;
  made.x = again;
  const Register y = must(builder_.add("y", looked_up));
  const auto found = run(builder_, {y, must(builder_.add("z", made))}, rows());
  for (std::size_t i = 0; i < found[0].size(); ++i) EXPECT_NEAR(found[0][i], found[1][i], 1e-14);
  EXPECT_THAT(plan_of(builder_, y), HasSubstr("affine 3x2 + 2 categories + tanh"));
  EXPECT_THAT(plan_of(builder_, y), Not(HasSubstr("one-hot")));
}

TEST_F(LookedUpTest, DoesNotDependOnTheBatch) {
  const Register hot = must(builder_.add("hot", OneHot{column(1), std::array{0.0, 1.0, 2.0}}));
  const Register all = must(builder_.add("all", Concat{std::array{column(2, 2), hot}}));
  const Register y = must(builder_.add("y", Affine{all, {weights_.data(), 5, 2}, {}}));
  const auto together = run(builder_, {y}, rows())[0];
  for (std::size_t r = 0; r < 40; ++r) {
    EXPECT_THAT(run(builder_, {y}, rows().slice(r, 1))[0], ElementsAre(together[2 * r], together[2 * r + 1]));
  }
}

TEST_F(LookedUpTest, TakesSomeOfTheColumns) {
  const Register hot = must(builder_.add("hot", OneHot{column(1), std::array{0.0, 1.0, 2.0}}));
  const Register later = must(builder_.add("later", Select{hot, std::array<std::size_t, 2>{1, 2}}));
  const Register y = must(builder_.add("y", Affine{later, {weights_.data(), 2, 2}, std::array{1.0, 2.0}}));
  EXPECT_THAT(plan_of(builder_, y), HasSubstr("affine 1 category -> 2"));
  const auto found = run(builder_, {y}, rows().slice(0, 4))[0];
  EXPECT_THAT(found, ElementsAre(1, 2, 1 + weights_[0], 2 + weights_[1], 1 + weights_[2], 2 + weights_[3], 1, 2));
}

TEST_F(LookedUpTest, LeavesColumnsOfWeightsThatAreNotFinite) {
  weights_[2] = std::numeric_limits<double>::infinity();
  const Register hot = must(builder_.add("hot", OneHot{column(1), std::array{0.0, 1.0}}));
  const Register y = must(builder_.add("y", Affine{hot, {weights_.data(), 2, 2}, {}}));
  EXPECT_THAT(plan_of(builder_, y), HasSubstr("one-hot"));
  EXPECT_TRUE(std::isnan(run(builder_, {y}, rows().slice(0, 1))[0][0]));  // 0 · ∞
}

TEST(Windows, LookAtNeighbouringColumnsWhereTheyLie) {
  ProgramBuilder b(4);
  const Register a = must(b.add("a", Select{b.input(), std::array<std::size_t, 1>{1}}));
  const Register c = must(b.add("c", Select{b.input(), std::array<std::size_t, 2>{2, 3}}));
  const Register both = must(b.add("both", Concat{std::array{a, c}}));
  const Register swapped = must(b.add("swapped", Concat{std::array{c, a}}));
  const Register within = must(b.add("within", Select{swapped, std::array<std::size_t, 1>{1}}));
  const std::vector<double> row{1, 2, 3, 4};
  const auto found = run(b, {both, swapped, within}, {row.data(), 1, 4});
  EXPECT_THAT(found[0], ElementsAre(2, 3, 4));
  EXPECT_THAT(found[1], ElementsAre(3, 4, 2));
  EXPECT_THAT(found[2], ElementsAre(4));
  EXPECT_THAT(plan_of(b, both), Not(HasSubstr("select")));
  EXPECT_EQ(b.columns_behind()[within.id], 3U);
}

TEST(Windows, TellWhichColumnARegisterDependsOn) {
  ProgramBuilder b(3);
  const auto column = [&](std::size_t i) { return must(b.add("c", Select{b.input(), std::array{i}})); };
  const Register one = must(b.add("one", Unary{column(2), UnaryOp::abs}));
  const Register constant = must(b.add("k", Constant{std::array{1.0}}));
  const Register same = must(b.add("same", Binary{BinaryOp::add, one, constant}));
  const Register two = must(b.add("two", Binary{BinaryOp::add, one, column(0)}));
  const std::vector<std::size_t> behind = b.columns_behind();
  EXPECT_EQ(behind[one.id], 2U);
  EXPECT_EQ(behind[constant.id], ProgramBuilder::kNoColumn);
  EXPECT_EQ(behind[same.id], 2U);
  EXPECT_EQ(behind[two.id], ProgramBuilder::kManyColumns);
}

}  // namespace
}  // namespace pelton::graph
