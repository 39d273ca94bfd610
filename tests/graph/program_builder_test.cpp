#include "graph/program_builder.hpp"

#include <array>
#include <cmath>

#include "graph/running.hpp"

namespace pelton::graph {
namespace {

using testing::HasSubstr;

const std::vector<double> kSix{1, -2, 3, -4, 5, -6};
const math::ConstMatrix kRows{kSix.data(), 2, 3};

std::vector<double> only(const ProgramBuilder& builder, Register r) { return run(builder, {r}, kRows)[0]; }

TEST(ProgramBuilder, EveryOperationMeansWhatItSays) {
  ProgramBuilder b(3);
  const Register x = b.input();
  const std::vector<double> w{1, 0, 0, 1, 1, 1}, bias{10, 20};
  EXPECT_EQ(only(b, must(b.add("affine", Affine{x, {w.data(), 3, 2}, bias}))), (std::vector<double>{14, 21, 0, 19}));
  EXPECT_EQ(only(b, must(b.add("relu", Affine{x, {w.data(), 3, 2}, {}, {UnaryOp::relu}}))),
            (std::vector<double>{4, 1, 0, 0}));
  EXPECT_EQ(only(b, must(b.add("abs", Unary{x, UnaryOp::abs}))), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(only(b, must(b.add("leaky", Unary{x, UnaryOp::leaky_relu, 0.5}))),
            (std::vector<double>{1, -1, 3, -2, 5, -3}));
  EXPECT_EQ(only(b, must(b.add("same", Unary{x}))), kSix);
  EXPECT_EQ(only(b, must(b.add("clip", Clip{x, -2, 3}))), (std::vector<double>{1, -2, 3, -2, 3, -2}));
  EXPECT_EQ(only(b, must(b.add("minus", Binary{BinaryOp::sub, std::vector<double>{1}, x}))),
            (std::vector<double>{0, 3, -2, 5, -4, 7}));
  EXPECT_EQ(only(b, must(b.add("times", Binary{BinaryOp::mul, x, std::vector<double>{1, 10, 100}}))),
            (std::vector<double>{1, -20, 300, -4, 50, -600}));
  EXPECT_EQ(only(b, must(b.add("square", Binary{BinaryOp::pow, x, std::vector<double>{2}}))),
            (std::vector<double>{1, 4, 9, 16, 25, 36}));
  EXPECT_EQ(only(b, must(b.add("scale", Scale{x, std::array{1.0}, std::array{1.0, 2.0, 3.0}}))),
            (std::vector<double>{0, -6, 6, -5, 8, -21}));
  EXPECT_EQ(only(b, must(b.add("impute", Impute{x, std::array{9.0}, -4}))), (std::vector<double>{1, -2, 3, 9, 5, -6}));
  EXPECT_EQ(only(b, must(b.add("norm", Normalize{x, Norm::l1}))),
            (std::vector<double>{1.0 / 6, -2.0 / 6, 3.0 / 6, -4.0 / 15, 5.0 / 15, -6.0 / 15}));
  EXPECT_EQ(only(b, must(b.add("gather", Select{x, std::array<std::size_t, 2>{2, 0}}))),
            (std::vector<double>{3, 1, -6, -4}));
  EXPECT_EQ(only(b, must(b.add("slice", Select{x, std::array<std::size_t, 2>{1, 2}}))),
            (std::vector<double>{-2, 3, 5, -6}));
  EXPECT_EQ(only(b, must(b.add("constant", Constant{std::array{7.0, 8.0}}))), (std::vector<double>{7, 8, 7, 8}));
  EXPECT_EQ(only(b, must(b.add("max", ArgExtreme{x}))), (std::vector<double>{2, 1}));
  EXPECT_EQ(only(b, must(b.add("min", ArgExtreme{x, false}))), (std::vector<double>{1, 2}));
  EXPECT_EQ(only(b, must(b.add("sum", Reduce{x, ReduceOp::sum}))), (std::vector<double>{2, -5}));
  const Register positive = must(b.add("positive", Binary{BinaryOp::greater, x, std::vector<double>{0}}));
  EXPECT_EQ(only(b, must(b.add("where", Where{positive, x, std::vector<double>{0, 1, 2}}))),
            (std::vector<double>{1, 1, 3, 0, 5, 2}));
  const std::vector<double> looked = only(b, must(b.add("lookup", Lookup{x, std::array{5.0, 6.0, 7.0, 8.0}})));
  EXPECT_EQ(looked[0], 6);
  EXPECT_TRUE(std::isnan(looked[1]) && std::isnan(looked[4]));
  for (const double v : only(b, must(b.add("soft", Softmax{x, true})))) EXPECT_LT(v, 0);
}

TEST(ProgramBuilder, ArgExtremeDecidesTiesAsAskedAndAvoidsNan) {
  const std::vector<double> x{2, 5, 5, 1, std::nan(""), 3, 2, std::nan(""), std::nan(""), std::nan(""), std::nan(""),
                              0};
  ProgramBuilder b(4);
  const Register first = must(b.add("first", ArgExtreme{b.input()}));
  const Register last = must(b.add("last", ArgExtreme{b.input(), true, true}));
  const auto got = run(b, {first, last}, {x.data(), 3, 4});
  EXPECT_EQ(got[0], (std::vector<double>{1, 1, 3}));
  EXPECT_EQ(got[1], (std::vector<double>{2, 1, 3}));
}

TEST(ProgramBuilder, AColumnIsSpreadOverTheOther) {
  ProgramBuilder b(3);
  const Register one = must(b.add("one", Select{b.input(), std::array<std::size_t, 1>{0}}));
  EXPECT_EQ(only(b, must(b.add("left", Binary{BinaryOp::sub, one, b.input()}))),
            (std::vector<double>{0, 3, -2, 0, -9, 2}));
  EXPECT_EQ(only(b, must(b.add("right", Binary{BinaryOp::sub, b.input(), one}))),
            (std::vector<double>{0, -3, 2, 0, 9, -2}));
  EXPECT_EQ(only(b, must(b.add("wide", Binary{BinaryOp::add, one, std::vector<double>{1, 2}}))),
            (std::vector<double>{2, 3, -3, -2}));
}

struct Refusal {
  std::string message;
  core::ErrorCode code;
};

Refusal refusal(const core::Result<Register>& r) {
  if (r) return {"accepted", core::ErrorCode::internal};
  return {r.error().message(), r.error().code()};
}

TEST(ProgramBuilder, ErrorsNameTheStepAndTheWidths) {
  ProgramBuilder b(3);
  const std::vector<double> w(8, 1.0);
  const Register x = b.input();
  EXPECT_EQ(refusal(b.add("dense", Affine{x, {w.data(), 4, 2}, {}})).message,
            "dense: rows of the weights: 4 given, 3 wanted");
  EXPECT_THAT(refusal(b.add("dense", Affine{x, {w.data(), 3, 2}, std::array{1.0}})).message, HasSubstr("bias"));
  EXPECT_THAT(refusal(b.add("dense", Affine{x, {w.data(), 3, 0}, {}})).message, HasSubstr("no parameters"));
  EXPECT_EQ(refusal(b.add("sum", Binary{BinaryOp::add, x, std::vector<double>{1, 2}})).message,
            "sum: operands of widths 3, 2 do not fit: equal widths or 1 wanted");
  EXPECT_THAT(refusal(b.add("sum", Binary{BinaryOp::add, std::vector<double>{1}, std::vector<double>{1}})).message,
              HasSubstr("both operands are constants"));
  EXPECT_THAT(refusal(b.add("scaler", Scale{x, std::array{1.0, 2.0}, std::array{1.0}})).message,
              HasSubstr("scaler: offset has 2 values for 3 columns"));
  EXPECT_THAT(refusal(b.add("fill", Impute{x, {}})).message, HasSubstr("fill: values has 0"));
  EXPECT_EQ(refusal(b.add("pick", Select{x, std::array<std::size_t, 1>{3}})).message, "pick: column 3 of 3");
  EXPECT_THAT(refusal(b.add("pick", Select{x, {}})).message, HasSubstr("no columns"));
  EXPECT_THAT(refusal(b.add("join", Concat{{}})).message, HasSubstr("join"));
  EXPECT_THAT(refusal(b.add("table", Lookup{x, {}})).message, HasSubstr("table"));
  EXPECT_THAT(refusal(b.add("own", nullptr, {})).message, HasSubstr("no step"));
  for (const Register wrong : {Register{}, Register{1}}) {
    EXPECT_EQ(refusal(b.add("stray", Unary{wrong, UnaryOp::exp})).message,
              "stray: an input is not a register of this program");
    EXPECT_FALSE(b.compile(std::array{wrong}));
  }
  EXPECT_FALSE(b.compile({}));
}

TEST(ProgramBuilder, RefusesWhatIsTooLarge) {
  EXPECT_EQ(refusal(ProgramBuilder(kMaxWidth + 1).add("exp", Unary{{0}, UnaryOp::exp})).code,
            core::ErrorCode::too_large);
  EXPECT_FALSE(ProgramBuilder(0).compile(std::array{Register{0}}));
  ProgramBuilder b(kMaxWidth);
  const std::array both{b.input(), b.input()};
  EXPECT_EQ(refusal(b.add("join", Concat{both})).code, core::ErrorCode::too_large);
  EXPECT_EQ(refusal(b.add("dense", Affine{b.input(), {nullptr, kMaxWidth, kMaxWidth}, {}})).code,
            core::ErrorCode::too_large);
}

TEST(ProgramBuilder, ChecksSupportVectorMachines) {
  ProgramBuilder b(3);
  const std::vector<double> numbers(12, 1.0);
  const math::ConstMatrix vectors{numbers.data(), 4, 3};
  const std::array<std::size_t, 2> groups{1, 2};
  SvmSums spec{b.input(), SvmKernel::rbf, 1, 0, 3, vectors, {numbers.data(), 1, 4}, groups};
  EXPECT_EQ(refusal(b.add("svm", spec)).message, "svm: vectors in groups: 3 given, 4 wanted");
  const std::array<std::size_t, 2> many{SIZE_MAX, 5};
  spec.group_sizes = many;
  EXPECT_THAT(refusal(b.add("svm", spec)).message, HasSubstr("more than the 4 support vectors"));
  spec.group_sizes = {};
  spec.coefficients = {numbers.data(), 1, 3};
  EXPECT_THAT(refusal(b.add("svm", spec)).message, HasSubstr("coefficients a row"));
  spec.coefficients = {numbers.data(), 1, 4};
  EXPECT_TRUE(b.add("svm", spec));
  spec.vectors = {numbers.data(), 6, 2};
  EXPECT_THAT(refusal(b.add("svm", spec)).message, HasSubstr("features of the support vectors"));
  EXPECT_THAT(refusal(b.add("pairs", SvmPairs{b.input(), 1, {}})).message, HasSubstr("at least 2 classes"));
  EXPECT_THAT(refusal(b.add("pairs", SvmPairs{b.input(), SIZE_MAX, {}})).message, HasSubstr("at most 1024"));
  EXPECT_THAT(refusal(b.add("votes", SvmVotes{b.input(), 4})).message, HasSubstr("pairs: 3 given, 6 wanted"));
  EXPECT_TRUE(b.add("votes", SvmVotes{b.input(), 3}));
  EXPECT_THAT(refusal(b.add("p", SvmProbabilities{b.input(), 3, numbers, numbers})).message, HasSubstr("prob_a"));
}

}  // namespace
}  // namespace pelton::graph
