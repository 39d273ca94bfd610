#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;

Tensor depth(std::int64_t value) { return Tensor::scalar(value); }
Tensor off_and_on() { return make_tensor<float>({2}, {-1, 1}); }

TEST(OneHot, TurnsOnWhatIsIndexed) {
  const Tensor indices = make_tensor<std::int64_t>({2}, {0, 2});
  const Tensor three = depth(3);
  const Tensor values = off_and_on();
  const Tensor y = run_node("OneHot", {}, {&indices, &three, &values});
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  EXPECT_EQ(list<float>(y), (Row{1, -1, -1, -1, -1, 1}));
  const Tensor first = run_node("OneHot", {.attributes = {{"axis", std::int64_t{0}}}}, {&indices, &three, &values});
  EXPECT_EQ(first.shape(), Shape({3, 2}));
  EXPECT_EQ(list<float>(first), (Row{1, -1, -1, -1, -1, 1}));
}

TEST(OneHot, CountsFromTheEndSinceVersion11) {
  const Tensor indices = make_tensor<std::int32_t>({4}, {-1, -2, -3, 2});
  const Tensor two = Tensor::of<float>({1}, std::array{2.9F});
  const Tensor values = off_and_on();
  EXPECT_EQ(list<float>(run_node("OneHot", {}, {&indices, &two, &values})), (Row{-1, 1, 1, -1, -1, -1, -1, -1}));
  EXPECT_EQ(list<float>(run_node("OneHot", {.opset = 9}, {&indices, &two, &values})), Row(8, -1.0F));
}

TEST(OneHot, CutsFractionsOffAndIgnoresWhatIsNoIndex) {
  const Tensor indices = make_tensor<double>({7}, {1.5, -0.5, NAN, 1e300, -HUGE_VAL, std::nextafter(1.0, 0.0), -1.9});
  const Tensor two = depth(2);
  const Tensor values = make_tensor<std::string_view>({2}, {"", "x"});
  EXPECT_EQ(run_texts("OneHot", {}, {&indices, &two, &values}),
            (std::vector<std::string>{"", "x", "x", "", "", "", "", "", "", "", "x", "", "", "x"}));
  const Tensor large = make_tensor<std::uint64_t>({1}, {std::numeric_limits<std::uint64_t>::max()});
  const Tensor numbers = off_and_on();
  EXPECT_EQ(list<float>(run_node("OneHot", {}, {&large, &two, &numbers})), (Row{-1, -1}));
}

TEST(OneHot, FailsWhereArgumentsDoNotFit) {
  const Tensor indices = make_tensor<std::int64_t>({2}, {0, 1});
  const Tensor values = off_and_on();
  const Tensor three = depth(3);
  for (const std::int64_t wrong : {std::int64_t{-1}, INT64_MAX, std::int64_t{1} << 27}) {
    const Tensor bad = depth(wrong);
    EXPECT_THROW(run_node("OneHot", {}, {&indices, &bad, &values}), Failure) << wrong;
  }
  const Tensor not_a_number = Tensor::scalar(NAN);
  EXPECT_THROW(run_node("OneHot", {}, {&indices, &not_a_number, &values}), Failure);
  EXPECT_THROW(run_node("OneHot", {}, {&indices, &indices, &values}), Failure);
  const Tensor one_value = make_tensor<float>({1}, {1});
  EXPECT_THROW(run_node("OneHot", {}, {&indices, &three, &one_value}), Failure);
  EXPECT_THROW(run_node("OneHot", {.attributes = {{"axis", std::int64_t{2}}}}, {&indices, &three, &values}), Failure);
  const Tensor text = make_tensor<std::string_view>({1}, {"0"});
  EXPECT_THROW(run_node("OneHot", {}, {&text, &three, &values}), Refusal);
}

TEST(OneHot, OfNothing) {
  const Tensor none = make_tensor<std::int64_t>({0}, {});
  const Tensor two = depth(2);
  const Tensor zero = depth(0);
  const Tensor values = off_and_on();
  EXPECT_EQ(run_node("OneHot", {}, {&none, &two, &values}).shape(), Shape({0, 2}));
  EXPECT_EQ(run_node("OneHot", {}, {&two, &zero, &values}).shape(), Shape({0}));
}

TEST(OneHot, KeepsRowsApart) {
  const auto node = [](std::int64_t axis) {
    return TracedNode("OneHot", {.attributes = {{"axis", axis}}},
                      rows_at(0, make_tensor<std::int64_t>({3, 2}, {0, 1, 2, 3, 1, 0})), same(depth(4)),
                      same(off_and_on()));
  };
  node(-1).expect_rows_at(0);
  node(1).expect_rows_at(0);
  node(0).expect_rows_at(1);
}

}  // namespace
}  // namespace pelton::operators
