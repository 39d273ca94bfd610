// Whole programs: fusion, places and blocks must not show in a single bit of the results.
#include "graph/program.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <random>

#include "core/cpu_features.hpp"
#include "graph/running.hpp"

namespace pelton::graph {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> patterns;
  for (const double v : values) patterns.push_back(std::bit_cast<std::uint64_t>(v));
  return patterns;
}

/// Adds one step to a builder, over registers given.
using Recipe = std::function<Register(ProgramBuilder&, const std::vector<Register>&)>;

/// A random program, and the values of each of its registers found one step at a time.
class RandomProgram {
 public:
  RandomProgram(std::uint64_t seed, std::size_t rows) : random_(seed), rows_(rows), builder_(1 + below(9)) {
    const std::size_t width = builder_.width(builder_.input());
    registers_.push_back(builder_.input());
    values_.push_back(numbers(rows * width));
    for (double& v : values_[0]) {
      if (below(10) == 0) v = std::nan("");
    }
    const std::size_t steps = 1 + below(14);
    for (std::size_t i = 0; i < steps; ++i) grow();
  }

  void check() {
    std::vector<Register> wanted;
    std::vector<std::size_t> which;
    for (std::size_t n = 1 + below(3); n-- > 0;) {
      which.push_back(below(3) == 0 ? below(registers_.size())
                                    : registers_.size() - 1 - below(std::min<std::size_t>(3, registers_.size())));
      wanted.push_back(registers_[which.back()]);
    }
    auto program = builder_.compile(wanted);
    ASSERT_TRUE(program) << program.error().message();
    const std::size_t width = program->input_width();
    const auto together = run(*program, {values_[0].data(), rows_, width});
    std::string plan;
    for (const std::string& line : program->plan()) plan += line + "\n";
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      ASSERT_EQ(bits(together[k]), bits(values_[which[k]])) << "output " << k << " of\n" << plan;
    }
    // Any slice gives the same rows.
    const std::size_t count = 1 + below(rows_), first = below(rows_ - count + 1);
    const auto slice = run(*program, {&values_[0][first * width], count, width});
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const std::size_t w = program->output_width(k);
      const auto begin = together[k].begin() + static_cast<std::ptrdiff_t>(first * w);
      ASSERT_EQ(bits(slice[k]), bits({begin, begin + static_cast<std::ptrdiff_t>(count * w)})) << plan;
    }
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::vector<double> numbers(std::size_t n) {
    std::normal_distribution<double> normal;
    std::vector<double> values(n);
    for (double& v : values) v = normal(random_);
    return values;
  }
  std::size_t any() { return below(2) == 0 ? registers_.size() - 1 : below(registers_.size()); }
  std::size_t width_of(std::size_t i) const { return builder_.width(registers_[i]); }

  /// Adds a step to the program, and computes it alone: a program of that step over its inputs side by side.
  void add(const Recipe& recipe, const std::vector<std::size_t>& inputs) {
    std::vector<Register> operands;
    std::size_t total = 0;
    for (const std::size_t i : inputs) {
      operands.push_back(registers_[i]);
      total += width_of(i);
    }
    std::vector<double> beside(rows_ * total);
    ProgramBuilder alone(total);
    std::vector<Register> windows;
    std::size_t column = 0;
    for (const std::size_t i : inputs) {
      const std::size_t w = width_of(i);
      std::vector<std::size_t> columns;
      for (std::size_t c = 0; c < w; ++c) {
        columns.push_back(column + c);
        for (std::size_t r = 0; r < rows_; ++r) beside[r * total + column + c] = values_[i][r * w + c];
      }
      windows.push_back(must(alone.add("window", Select{alone.input(), columns})));
      column += w;
    }
    registers_.push_back(recipe(builder_, operands));
    values_.push_back(run(alone, {recipe(alone, windows)}, {beside.data(), rows_, total})[0]);
  }

  void grow() {
    const std::size_t i = any(), w = width_of(i);
    switch (below(10)) {
      case 0: {
        const std::size_t out = 1 + below(12);
        const std::vector<double> weights = numbers(w * out), bias = numbers(out);
        return add(
            [=](ProgramBuilder& b, const std::vector<Register>& x) {
              return must(b.add("affine", Affine{x[0], {weights.data(), w, out}, bias}));
            },
            {i});
      }
      case 1:
      case 2: {
        const std::array ops{UnaryOp::relu, UnaryOp::tanh, UnaryOp::exp, UnaryOp::to_float32, UnaryOp::abs};
        const UnaryOp op = ops[below(ops.size())];
        return add(
            [=](ProgramBuilder& b, const std::vector<Register>& x) {
              return must(b.add("unary", Unary{x[0], op}));
            },
            {i});
      }
      case 3: {
        const std::vector<double> offset = numbers(w), scale = numbers(1);
        return add(
            [=](ProgramBuilder& b, const std::vector<Register>& x) {
              return must(b.add("scale", Scale{x[0], offset, scale}));
            },
            {i});
      }
      case 4: {
        const std::vector<double> fill = numbers(w);
        return add(
            [=](ProgramBuilder& b, const std::vector<Register>& x) {
              return must(b.add("impute", Impute{x[0], fill}));
            },
            {i});
      }
      case 5: {
        const bool neighbours = below(2) == 0;
        std::vector<std::size_t> columns(1 + below(w));
        const std::size_t first = below(w - columns.size() + 1);
        for (std::size_t c = 0; c < columns.size(); ++c) columns[c] = neighbours ? first + c : below(w);
        return add(
            [=](ProgramBuilder& b, const std::vector<Register>& x) {
              return must(b.add("select", Select{x[0], columns}));
            },
            {i});
      }
      case 6: {
        std::vector<std::size_t> parts(1 + below(4));
        for (std::size_t& part : parts) part = any();
        return add([](ProgramBuilder& b, const std::vector<Register>& x) { return must(b.add("concat", Concat{x})); },
                   parts);
      }
      case 7: {
        std::size_t j = any();
        if (width_of(j) != w && width_of(j) != 1 && w != 1) j = i;
        return add(
            [](ProgramBuilder& b, const std::vector<Register>& x) {
              return must(b.add("sub", Binary{BinaryOp::sub, x[0], x[1]}));
            },
            {i, j});
      }
      case 8:
        return add(
            [](ProgramBuilder& b, const std::vector<Register>& x) { return must(b.add("softmax", Softmax{x[0]})); },
            {i});
      default:
        return add(
            [](ProgramBuilder& b, const std::vector<Register>& x) {
              return must(b.add("sum", Reduce{x[0], ReduceOp::sum}));
            },
            {i});
    }
  }

  std::mt19937_64 random_;
  std::size_t rows_;
  ProgramBuilder builder_;
  std::vector<Register> registers_;
  std::vector<std::vector<double>> values_;
};

TEST(Program, GivesTheBitsOfItsStepsOneByOne) {
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    RandomProgram program(seed, 1 + seed % 70);
    program.check();
    if (HasFailure()) return;
  }
}

TEST(Program, ManyBlocksOfRowsGiveTheBitsOfOne) {
  RandomProgram(3, 5000).check();
  RandomProgram(17, 2003).check();
}

TEST(Program, RunsOnlyWhatItsOutputsNeed) {
  ProgramBuilder b(4);
  const std::vector<double> w(16, 0.5);
  const Register hidden = must(b.add("hidden", Affine{b.input(), {w.data(), 4, 4}, {}}));
  const Register active = must(b.add("active", Unary{hidden, UnaryOp::tanh}));
  const Register odds = must(b.add("odds", Softmax{active}));
  const Register unused = must(b.add("unused", Affine{active, {w.data(), 4, 4}, {}}));
  const Register label = must(b.add("label", ArgExtreme{active}));
  EXPECT_THAT(b.compile(std::array{label})->plan(),
              ElementsAre(AllOf(HasSubstr("hidden + active: affine 4x4 + tanh"),
                                HasSubstr(std::string(core::to_string(core::active_isa())))),
                          HasSubstr("label: argmax")));
  EXPECT_EQ(b.compile(std::array{odds, label})->plan().size(), 3U);
  // Once somebody looks at it, the register before the activation is computed too.
  EXPECT_EQ(b.compile(std::array{hidden, label})->plan().size(), 3U);
  EXPECT_EQ(b.compile(std::array{unused})->cost().parameters, 40U);
}

TEST(Program, FoldsImputeAndScaleAndChainsTheRest) {
  ProgramBuilder b(3);
  const Register present = must(b.add("impute", Impute{b.input(), std::array{1.0}}));
  const Register scaled = must(b.add("scale", Scale{present, std::array{1.0}, std::array{2.0}}));
  const Register cast = must(b.add("cast", Unary{scaled, UnaryOp::to_float32}));
  const Register clipped = must(b.add("clip", Clip{cast, -1, 1}));
  const Register last = must(b.add("exp", Unary{clipped, UnaryOp::exp}));
  EXPECT_THAT(b.compile(std::array{last})->plan(),
              ElementsAre(AllOf(HasSubstr("impute + scale + cast + clip + exp: in one pass: impute + scale over 3"),
                                HasSubstr("to_float32"), HasSubstr("clip"), HasSubstr("exp"))));
}

TEST(Program, WritesConcatenatedPartsWhereTheyBelong) {
  ProgramBuilder b(4);
  const Register left = must(b.add("left", Unary{b.input(), UnaryOp::exp}));
  const Register right = must(b.add("right", Unary{b.input(), UnaryOp::tanh}));
  const Register both = must(b.add("both", Concat{std::array{left, right}}));
  EXPECT_EQ(b.compile(std::array{both})->plan().size(), 2U);
  const Register more = must(b.add("more", Concat{std::array{both, b.input(), left}}));
  EXPECT_EQ(b.compile(std::array{more})->plan().size(), 4U);
}

TEST(Program, ASpreadColumnOfTheSameRegisterIsNotOverwrittenEarly) {
  ProgramBuilder b(20);
  const Register x = must(b.add("copy", Unary{b.input(), UnaryOp::neg}));
  const Register first = must(b.add("first", Select{x, std::array<std::size_t, 1>{0}}));
  const Register difference = must(b.add("difference", Binary{BinaryOp::sub, x, first}));
  const Register result = must(b.add("result", Binary{BinaryOp::mul, difference, std::vector<double>{1}}));
  std::vector<double> row(20);
  for (std::size_t c = 0; c < 20; ++c) row[c] = static_cast<double>(c) + 5;
  const std::vector<double> got = run(b, {result}, {row.data(), 1, 20})[0];
  for (std::size_t c = 0; c < 20; ++c) EXPECT_EQ(got[c], -static_cast<double>(c));
}

TEST(Program, ReusesMemoryOfRegistersThatAreDone) {
  ProgramBuilder b(64);
  const std::vector<double> w(64 * 64, 0.01);
  Register x = b.input();
  for (int i = 0; i < 50; ++i) x = must(b.add("layer", Affine{x, {w.data(), 64, 64}, {}, {UnaryOp::relu}}));
  const auto program = b.compile(std::array{x});
  EXPECT_LE(program->scratch_doubles(), program->block_rows() * 2 * 64);
}

TEST(Program, RowsOfNanAndInfinityDoNotDisturbTheirNeighbours) {
  ProgramBuilder b(5);
  std::vector<double> w(5 * 9);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = std::sin(static_cast<double>(i));
  const Register hidden = must(b.add("hidden", Affine{b.input(), {w.data(), 5, 9}, {}, {UnaryOp::sigmoid}}));
  const Register odds = must(b.add("odds", Softmax{hidden}));
  std::vector<double> rows(40 * 5, 0.25);
  const std::vector<double> calm = run(b, {odds}, {rows.data(), 40, 5})[0];
  for (const std::size_t r : {3, 8, 21}) rows[r * 5 + 1] = r == 8 ? INFINITY : std::nan("");
  const std::vector<double> stirred = run(b, {odds}, {rows.data(), 40, 5})[0];
  for (std::size_t r = 0; r < 40; ++r) {
    if (r == 3 || r == 8 || r == 21) continue;
    for (std::size_t c = 0; c < 9; ++c) EXPECT_EQ(stirred[r * 9 + c], calm[r * 9 + c]);
  }
  EXPECT_TRUE(std::isnan(stirred[3 * 9]));
}

TEST(Program, TakesStridedRowsAndOutputsAndLeavesTheRestAlone) {
  ProgramBuilder b(2);
  const Register twice = must(b.add("twice", Binary{BinaryOp::mul, b.input(), std::vector<double>{2}}));
  const auto program = b.compile(std::array{twice, b.input()});
  const std::vector<double> rows{1, 2, -9, 3, 4, -9};
  std::vector<double> out(10, -7);
  core::AlignedBuffer<double> scratch(program->scratch_doubles());
  const std::array windows{math::Matrix{out.data(), 2, 2, 5}, math::Matrix{out.data() + 2, 2, 2, 5}};
  program->run({rows.data(), 2, 2, 3}, windows, scratch.data());
  EXPECT_THAT(out, ElementsAre(2, 4, 1, 2, -7, 6, 8, 3, 4, -7));
  program->run({rows.data(), 0, 2, 3}, windows, scratch.data());
}

class SumOfInputs final : public Step {
 public:
  std::size_t width() const noexcept override { return 1; }
  std::size_t scratch_doubles(std::size_t rows) const noexcept override { return rows; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) {
      scratch[r] = 0;
      for (const math::ConstMatrix& m : inputs) {
        for (std::size_t c = 0; c < m.cols; ++c) scratch[r] += m(r, c);
      }
      out(r, 0) = scratch[r];
    }
  }
  std::string describe() const override { return "sum of inputs"; }
  Cost cost() const noexcept override { return {}; }
};

TEST(Program, StepsMadeElsewhereJoinIn) {
  ProgramBuilder b(2);
  const Register twice = must(b.add("twice", Binary{BinaryOp::mul, b.input(), std::vector<double>{2}}));
  const Register sum = must(b.add("sum", std::make_shared<SumOfInputs>(), std::array{twice, b.input()}));
  std::vector<double> rows(2000, 1.0);
  const std::vector<double> got = run(b, {sum}, {rows.data(), 1000, 2})[0];
  EXPECT_EQ(got, std::vector<double>(1000, 6.0));
}

}  // namespace
}  // namespace pelton::graph
