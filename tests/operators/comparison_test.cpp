#include <gtest/gtest.h>

#include <limits>

#include "operators/refusal.hpp"
#include "tensor/failure.hpp"
#include "trace_rows.hpp"

namespace pelton::operators {
namespace {

using tensor::RowAxis;
using Bools = std::vector<bool>;

Bools bools(const Tensor& tensor) {
  const std::span<const bool> values = tensor.values<bool>();
  return {values.begin(), values.end()};
}

TEST(Comparison, PutsNanInNoOrder) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const Tensor a = make_tensor<float>({4}, {1, 2, kNan, -0.0F});
  const Tensor b = make_tensor<float>({4}, {2, 2, kNan, 0.0F});
  EXPECT_EQ(bools(run_node("Equal", {}, {&a, &b})), (Bools{false, true, false, true}));
  EXPECT_EQ(bools(run_node("Less", {}, {&a, &b})), (Bools{true, false, false, false}));
  EXPECT_EQ(bools(run_node("LessOrEqual", {}, {&a, &b})), (Bools{true, true, false, true}));
  EXPECT_EQ(bools(run_node("Greater", {}, {&a, &b})), (Bools{false, false, false, false}));
  EXPECT_EQ(bools(run_node("GreaterOrEqual", {}, {&a, &b})), (Bools{false, true, false, true}));
}

TEST(Comparison, TellsIntegersApartThatAreOneDouble) {
  const Tensor a = Tensor::scalar<std::uint64_t>(18446744073709551615U);
  const Tensor b = Tensor::scalar<std::uint64_t>(18446744073709551614U);
  EXPECT_EQ(bools(run_node("Equal", {}, {&a, &b})), Bools{false});
  EXPECT_EQ(bools(run_node("Greater", {}, {&a, &b})), Bools{true});
}

TEST(Comparison, EqualTakesTextsAndBools) {
  const Tensor a = make_tensor<std::string_view>({2, 1}, {"a", "b"});
  const Tensor b = make_tensor<std::string_view>({3}, {"a", "", "b"});
  EXPECT_EQ(bools(run_node("Equal", {}, {&a, &b})), (Bools{true, false, false, false, false, true}));
  const Tensor yes = Tensor::scalar(true);
  EXPECT_EQ(bools(run_node("Equal", {}, {&yes, &yes})), Bools{true});
  EXPECT_THROW(run_node("Less", {}, {&a, &b}), Refusal);
  EXPECT_THROW(run_node("Less", {}, {&yes, &yes}), Refusal);
}

TEST(Logic, IsOfBoolsOnly) {
  const Tensor a = make_tensor<bool>({2, 2}, {false, false, true, true});
  const Tensor b = make_tensor<bool>({2}, {false, true});
  EXPECT_EQ(bools(run_node("And", {}, {&a, &b})), (Bools{false, false, false, true}));
  EXPECT_EQ(bools(run_node("Or", {}, {&a, &b})), (Bools{false, true, true, true}));
  EXPECT_EQ(bools(run_node("Xor", {}, {&a, &b})), (Bools{false, true, true, false}));
  EXPECT_EQ(bools(run_node("Not", {}, {&b})), (Bools{true, false}));
  const Tensor number = Tensor::scalar(1.0F);
  EXPECT_THROW(run_node("Not", {}, {&number}), Refusal);
  EXPECT_THROW(run_node("And", {}, {&number, &number}), Refusal);
}

TEST(Where, TakesFromEitherOfAnyType) {
  const Tensor condition = make_tensor<bool>({2, 1}, {true, false});
  const Tensor a = make_tensor<std::string_view>({2}, {"x", "y"});
  const Tensor b = Tensor::scalar<std::string_view>("z");
  core::TextArena texts;
  const Tensor y = std::move(run_node_outputs("Where", {}, {&condition, &a, &b}, texts).front());
  EXPECT_EQ(y.shape(), Shape({2, 2}));
  EXPECT_EQ(list<std::string_view>(y), (std::vector<std::string_view>{"x", "y", "z", "z"}));
  const Tensor numbers = make_tensor<std::int8_t>({2, 2}, {1, 2, 3, 4});
  const Tensor none = Tensor::scalar<std::int8_t>(0);
  EXPECT_EQ(list<std::int8_t>(run_node("Where", {}, {&condition, &numbers, &none})),
            (std::vector<std::int8_t>{1, 2, 0, 0}));
  EXPECT_THROW(run_node("Where", {}, {&condition, &numbers, &b}), Refusal);
  EXPECT_THROW(run_node("Where", {}, {&numbers, &numbers, &none}), Refusal);
}

TEST(Where, KeepsRowsApart) {
  const RowAxis rows = RowAxis::at(0);
  const Tensor condition = make_tensor<bool>({4}, {true, false, true, false});
  EXPECT_EQ(trace_rows("Where", {}, DataType::float32, {{{4}}, {{3, 4}, rows}, {{}}}, {3, 4}, {{0, &condition}}), rows);
}

}  // namespace
}  // namespace pelton::operators
