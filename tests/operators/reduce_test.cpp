#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "operators/refusal.hpp"
#include "tensor/failure.hpp"
#include "trace_rows.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;

using Axes = std::vector<std::int64_t>;
using Reals = std::vector<float>;
constexpr float kInf = std::numeric_limits<float>::infinity();

Tensor cube() { return make_tensor<float>({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}); }

NodeCase flat(std::int64_t opset = 21) { return {.opset = opset, .attributes = {{"keepdims", std::int64_t{0}}}}; }

TEST(Reduce, TakesAwayAnyAxes) {
  const Tensor x = cube();
  const auto sum = [&](std::initializer_list<std::int64_t> axes) {
    const Tensor list_of = make_tensor<std::int64_t>({static_cast<std::int64_t>(axes.size())}, axes);
    return run_node("ReduceSum", flat(), {&x, &list_of});
  };
  EXPECT_EQ(list<float>(sum({0})), (Reals{8, 10, 12, 14, 16, 18}));
  EXPECT_EQ(sum({0}).shape(), Shape({2, 3}));
  EXPECT_EQ(list<float>(sum({1})), (Reals{5, 7, 9, 17, 19, 21}));
  EXPECT_EQ(list<float>(sum({-1})), (Reals{6, 15, 24, 33}));
  EXPECT_EQ(list<float>(sum({0, 2})), (Reals{30, 48}));
  EXPECT_EQ(list<float>(sum({2, 0, 2})), (Reals{30, 48}));
  EXPECT_EQ(list<float>(sum({0, 1})), (Reals{22, 26, 30}));
  EXPECT_EQ(list<float>(sum({})), Reals{78});
  EXPECT_THROW(sum({3}), Failure);
  EXPECT_THROW(sum({-4}), Failure);
}

TEST(Reduce, KeepsDimensionsUnlessTold) {
  const Tensor x = cube();
  const Tensor axes = make_tensor<std::int64_t>({1}, {1});
  EXPECT_EQ(run_node("ReduceSum", {}, {&x, &axes}).shape(), Shape({2, 1, 3}));
  EXPECT_EQ(run_node("ReduceSum", {}, {&x}).shape(), Shape({1, 1, 1}));
  EXPECT_EQ(run_node("ReduceSum", flat(), {&x}).shape(), Shape());
}

TEST(Reduce, OnceTookItsAxesAsAnAttribute) {
  const Tensor x = cube();
  const NodeCase old{.opset = 12, .attributes = {{"axes", Axes{0, -1}}, {"keepdims", std::int64_t{0}}}};
  EXPECT_EQ(list<float>(run_node("ReduceSum", old, {&x})), (Reals{30, 48}));
  const NodeCase newer{.opset = 17, .attributes = {{"axes", Axes{0, -1}}, {"keepdims", std::int64_t{0}}}};
  EXPECT_EQ(list<float>(run_node("ReduceMean", newer, {&x})), (Reals{5, 8}));
}

TEST(Reduce, OverNoAxesIsElementByElement) {
  const Tensor x = make_tensor<float>({2}, {-3, 4});
  const NodeCase none{.attributes = {{"noop_with_empty_axes", std::int64_t{1}}}};
  EXPECT_EQ(list<float>(run_node("ReduceSum", none, {&x})), (Reals{-3, 4}));
  EXPECT_EQ(list<float>(run_node("ReduceSumSquare", none, {&x})), (Reals{9, 16}));
  EXPECT_EQ(list<float>(run_node("ReduceL2", none, {&x})), (Reals{3, 4}));
  const Tensor no_axes = make_tensor<std::int64_t>({0}, {});
  EXPECT_EQ(list<float>(run_node("ReduceL1", none, {&x, &no_axes})), (Reals{3, 4}));
}

TEST(Reduce, KnowsItsWays) {
  const Tensor x = make_tensor<float>({3}, {1, -2, 4});
  const auto one = [&](const char* name) { return list<float>(run_node(name, flat(), {&x}))[0]; };
  EXPECT_EQ(one("ReduceMean"), 1);
  EXPECT_EQ(one("ReduceProd"), -8);
  EXPECT_EQ(one("ReduceMax"), 4);
  EXPECT_EQ(one("ReduceMin"), -2);
  EXPECT_EQ(one("ReduceL1"), 7);
  EXPECT_FLOAT_EQ(one("ReduceL2"), std::sqrt(21.0F));
  EXPECT_EQ(one("ReduceSumSquare"), 21);
  EXPECT_FLOAT_EQ(one("ReduceLogSum"), std::log(3.0F));
  EXPECT_FLOAT_EQ(one("ReduceLogSumExp"), std::log(std::exp(1.0F) + std::exp(-2.0F) + std::exp(4.0F)));
}

TEST(Reduce, OfNoElements) {
  const Tensor nothing = make_tensor<float>({2, 0}, {});
  const Tensor axes = make_tensor<std::int64_t>({1}, {1});
  const auto of = [&](const char* name) { return list<float>(run_node(name, flat(), {&nothing, &axes})); };
  EXPECT_EQ(of("ReduceSum"), (Reals{0, 0}));
  EXPECT_EQ(of("ReduceProd"), (Reals{1, 1}));
  EXPECT_EQ(of("ReduceL1"), (Reals{0, 0}));
  EXPECT_EQ(of("ReduceL2"), (Reals{0, 0}));
  EXPECT_EQ(of("ReduceSumSquare"), (Reals{0, 0}));
  EXPECT_EQ(of("ReduceMax"), (Reals{-kInf, -kInf}));
  EXPECT_EQ(of("ReduceMin"), (Reals{kInf, kInf}));
  EXPECT_EQ(of("ReduceLogSum"), (Reals{-kInf, -kInf}));
  EXPECT_EQ(of("ReduceLogSumExp"), (Reals{-kInf, -kInf}));
  EXPECT_TRUE(std::isnan(of("ReduceMean")[0]));
  const Tensor across = make_tensor<std::int64_t>({1}, {0});
  EXPECT_EQ(run_node("ReduceSum", flat(), {&nothing, &across}).shape(), Shape({0}));
  const Tensor no_integers = make_tensor<std::int32_t>({0}, {});
  EXPECT_EQ(run_node("ReduceMax", flat(), {&no_integers}).values<std::int32_t>()[0],
            std::numeric_limits<std::int32_t>::min());
  EXPECT_THROW(run_node("ReduceMean", flat(), {&no_integers}), Failure);
}

TEST(Reduce, OfIntegersWrapsAndCuts) {
  const Tensor x = make_tensor<std::int64_t>({2}, {std::numeric_limits<std::int64_t>::max(), 1});
  EXPECT_EQ(run_node("ReduceSum", flat(), {&x}).values<std::int64_t>()[0], std::numeric_limits<std::int64_t>::min());
  const Tensor y = make_tensor<std::int32_t>({2}, {-3, -4});
  EXPECT_EQ(run_node("ReduceMean", flat(), {&y}).values<std::int32_t>()[0], -3);
  EXPECT_EQ(run_node("ReduceL1", flat(), {&y}).values<std::int32_t>()[0], 7);
  EXPECT_EQ(run_node("ReduceL2", flat(), {&y}).values<std::int32_t>()[0], 5);
  EXPECT_EQ(run_node("ReduceProd", flat(), {&y}).values<std::int32_t>()[0], 12);
  const Tensor bytes = make_tensor<std::uint8_t>({2}, {3, 200});
  EXPECT_EQ(run_node("ReduceMin", flat(), {&bytes}).values<std::uint8_t>()[0], 3);
}

TEST(Reduce, ExtremesTakeBoolsAndKeepNan) {
  const Tensor x = make_tensor<bool>({2, 2}, {false, true, false, false});
  const Tensor axes = make_tensor<std::int64_t>({1}, {1});
  EXPECT_EQ(list<bool>(run_node("ReduceMax", flat(), {&x, &axes})), (std::vector<bool>{true, false}));
  EXPECT_EQ(list<bool>(run_node("ReduceMin", flat(), {&x, &axes})), (std::vector<bool>{false, false}));
  EXPECT_THROW(run_node("ReduceSum", flat(), {&x, &axes}), Refusal);
  const Tensor y = make_tensor<float>({3}, {1, std::nanf(""), 3});
  EXPECT_TRUE(std::isnan(run_node("ReduceMax", flat(), {&y}).values<float>()[0]));
  EXPECT_TRUE(std::isnan(run_node("ReduceMin", flat(), {&y}).values<float>()[0]));
}

TEST(Reduce, LogSumExpTakesInfinitiesAndGreatNumbers) {
  const auto of = [](std::initializer_list<float> values) {
    const Tensor x = make_tensor<float>({static_cast<std::int64_t>(values.size())}, values);
    return run_node("ReduceLogSumExp", flat(), {&x}).values<float>()[0];
  };
  EXPECT_EQ(of({kInf, 1}), kInf);
  EXPECT_EQ(of({-kInf, -kInf}), -kInf);
  EXPECT_EQ(of({-kInf, 5}), 5);
  EXPECT_FLOAT_EQ(of({1000, 1000}), 1000 + std::log(2.0F));
  EXPECT_TRUE(std::isnan(of({std::nanf(""), kInf})));
}

TEST(Reduce, TakesSumsOfFloatsInDouble) {
  std::vector<float> values(1000, 0.1F);
  values[0] = 1e8F;
  values.push_back(-1e8F);
  const Tensor x = Tensor::of<float>({1001}, values);
  EXPECT_FLOAT_EQ(run_node("ReduceSum", flat(), {&x}).values<float>()[0], 99.9F);
}

TEST(Reduce, TellsWhereRowsAre) {
  const Tensor axes = make_tensor<std::int64_t>({2}, {0, -1});
  const auto rows = [&](std::size_t axis, const NodeCase& test, bool known = true) {
    std::map<std::size_t, const Tensor*> constants;
    if (known) constants[1] = &axes;
    return trace_rows("ReduceSum", test, known ? DataType::float32 : DataType::int64,
                      {{{2, 3, 4}, RowAxis::at(axis)}, {{2}}}, {3}, constants);
  };
  EXPECT_EQ(rows(1, {}), RowAxis::at(1));
  EXPECT_EQ(rows(1, flat()), RowAxis::at(0));
  EXPECT_TRUE(rows(0, {}).is_mixed());
  EXPECT_TRUE(rows(2, {}).is_mixed());
  EXPECT_TRUE(rows(1, {}, false).is_mixed()) << "axes that are not known";
}

TEST(ArgExtreme, FindsTheFirstOrTheLast) {
  const Tensor x = make_tensor<float>({2, 3}, {2, 7, 7, 1, 1, 9});
  using Longs = std::vector<std::int64_t>;
  const NodeCase last{.attributes = {{"axis", std::int64_t{-1}}, {"select_last_index", std::int64_t{1}}}};
  const NodeCase first{.attributes = {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}}};
  EXPECT_EQ(list<std::int64_t>(run_node("ArgMax", first, {&x})), (Longs{1, 2}));
  EXPECT_EQ(list<std::int64_t>(run_node("ArgMax", last, {&x})), (Longs{2, 2}));
  EXPECT_EQ(list<std::int64_t>(run_node("ArgMin", first, {&x})), (Longs{0, 0}));
  EXPECT_EQ(list<std::int64_t>(run_node("ArgMin", last, {&x})), (Longs{0, 1}));
  EXPECT_EQ(list<std::int64_t>(run_node("ArgMax", {}, {&x})), (Longs{0, 0, 1}));
  EXPECT_EQ(run_node("ArgMax", {}, {&x}).shape(), Shape({1, 3}));
}

TEST(ArgExtreme, TakesNanForTheForemost) {
  const Tensor x = make_tensor<float>({3}, {1, std::nanf(""), 3});
  EXPECT_EQ(run_node("ArgMax", {}, {&x}).values<std::int64_t>()[0], 1);
  EXPECT_EQ(run_node("ArgMin", {}, {&x}).values<std::int64_t>()[0], 1);
}

TEST(ArgExtreme, RefusesNoElementsAndNoAxis) {
  const Tensor nothing = make_tensor<float>({2, 0}, {});
  EXPECT_THROW(run_node("ArgMax", {.attributes = {{"axis", std::int64_t{1}}}}, {&nothing}), Failure);
  EXPECT_EQ(run_node("ArgMax", {}, {&nothing}).shape(), Shape({1, 0}));
  const Tensor scalar = Tensor::scalar(1.0F);
  EXPECT_THROW(run_node("ArgMax", {}, {&scalar}), Failure);
}

TEST(ArgExtreme, TellsWhereRowsAre) {
  const auto rows = [](std::int64_t axis, std::size_t row) {
    const NodeCase test{.attributes = {{"axis", axis}, {"keepdims", std::int64_t{0}}}};
    return trace_rows("ArgMax", test, DataType::float32, {{{3, 3}, RowAxis::at(row)}}, {3});
  };
  EXPECT_EQ(rows(1, 0), RowAxis::at(0));
  EXPECT_EQ(rows(0, 1), RowAxis::at(0));
  EXPECT_TRUE(rows(0, 0).is_mixed());
}

}  // namespace
}  // namespace pelton::operators
