#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using Bytes = std::vector<std::int32_t>;

TEST(MatMulInteger, TakesZeroPointsAway) {
  const Tensor a = make_tensor<std::uint8_t>({2, 2}, {11, 7, 10, 255});
  const Tensor b = make_tensor<std::int8_t>({2, 2}, {1, -4, -128, 127});
  const Tensor ten = make_tensor<std::uint8_t>({1}, {10}), one = Tensor::scalar(std::int8_t{1});
  EXPECT_EQ(list<std::int32_t>(run_node("MatMulInteger", {}, {&a, &b})),
            (Bytes{11 - 7 * 128, -44 + 7 * 127, 10 - 255 * 128, -40 + 255 * 127}));
  EXPECT_EQ(list<std::int32_t>(run_node("MatMulInteger", {}, {&a, &b, &ten, &one})),
            (Bytes{0 + 3 * 129, -5 - 3 * 126, 0 - 245 * 129, 245 * 126}));
  EXPECT_EQ(list<std::int32_t>(run_node("MatMulInteger", {}, {&a, &b, nullptr, &one})),
            (Bytes{0 - 7 * 129, -55 + 7 * 126, -255 * 129, -50 + 255 * 126}));
}

TEST(MatMulInteger, HasZeroPointsForEachRowAndColumn) {
  const Tensor a = make_tensor<std::int8_t>({2, 1}, {5, 6}), b = make_tensor<std::int8_t>({1, 2}, {7, 8});
  const Tensor rows = make_tensor<std::int8_t>({2}, {5, 4}), cols = make_tensor<std::int8_t>({2}, {0, 3});
  EXPECT_EQ(list<std::int32_t>(run_node("MatMulInteger", {}, {&a, &b, &rows, &cols})), (Bytes{0, 0, 14, 10}));
  const Tensor stack = make_tensor<std::int8_t>({2, 1, 1}, {5, 6});
  const Tensor each = make_tensor<std::int8_t>({2, 1, 1}, {1, 2}), of_b = make_tensor<std::int8_t>({1, 2}, {0, 3});
  EXPECT_EQ(list<std::int32_t>(run_node("MatMulInteger", {}, {&stack, &b, &each, &of_b})), (Bytes{28, 20, 28, 20}));
  EXPECT_THROW(run_node("MatMulInteger", {}, {&a, &b, &each}), Failure);
  EXPECT_THROW(run_node("MatMulInteger", {}, {&stack, &b, &cols}), Failure);
}

TEST(MatMulInteger, RefusesOtherTypes) {
  const Tensor a = make_tensor<std::int32_t>({1, 1}, {1}), b = make_tensor<std::int8_t>({1, 1}, {1});
  const Tensor zero = make_tensor<std::uint8_t>({1}, {1});
  EXPECT_THROW(run_node("MatMulInteger", {}, {&a, &b}), Refusal);
  EXPECT_THROW(run_node("MatMulInteger", {}, {&b, &b, &zero}), Refusal);
}

TEST(MatMulInteger, KeepsRowsApart) {
  RandomTensors random(13);
  const Tensor a = random.of<std::uint8_t>({5, 3}), b = random.of<std::int8_t>({3, 4}),
               zero = random.of<std::uint8_t>({1});
  const Tensor each = random.of<std::uint8_t>({5});
  EXPECT_TRUE(expect_rows_apart("MatMulInteger", {}, {{&a, RowAxis::at(0)}, {&b}, {&zero}}));
  EXPECT_FALSE(expect_rows_apart("MatMulInteger", {}, {{&a, RowAxis::at(0)}, {&b}, {&each}}));
}

}  // namespace
}  // namespace pelton::operators
