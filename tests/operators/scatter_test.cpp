#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;

Tensor ints(const Shape& shape, std::initializer_list<std::int64_t> values) { return make_tensor(shape, values); }
NodeCase along(std::int64_t axis, const std::string& reduction = "none") {
  return {.attributes = {{"axis", axis}, {"reduction", reduction}}};
}

TEST(ScatterElements, ReplacesElements) {
  const Tensor x = counting({3, 3});
  const Tensor indices = ints({2, 2}, {1, 0, -1, 2});
  const Tensor updates = make_tensor<float>({2, 2}, {10, 20, 30, 40});
  EXPECT_EQ(list<float>(run_node("ScatterElements", along(0), {&x, &indices, &updates})),
            (Row{0, 20, 2, 10, 4, 5, 30, 40, 8}));
  EXPECT_EQ(list<float>(run_node("ScatterElements", along(1), {&x, &indices, &updates})),
            (Row{20, 10, 2, 3, 4, 40, 6, 7, 8}));
  EXPECT_EQ(list<float>(run_node("Scatter", {.opset = 9}, {&x, &indices, &updates})),
            (Row{0, 20, 2, 10, 4, 5, 30, 40, 8}));
  const Tensor texts = make_tensor<std::string_view>({2}, {"a", "b"});
  const Tensor at = make_tensor<std::int32_t>({1}, {1});
  const Tensor text = make_tensor<std::string_view>({1}, {"z"});
  EXPECT_EQ(run_texts("ScatterElements", {}, {&texts, &at, &text}), (std::vector<std::string>{"a", "z"}));
}

TEST(ScatterElements, ReducesInOrder) {
  const Tensor x = make_tensor<float>({2}, {2, 3});
  const Tensor indices = ints({3}, {0, 0, 1});
  const Tensor updates = make_tensor<float>({3}, {5, 1, -1});
  const auto reduced = [&](const std::string& name) {
    return list<float>(run_node("ScatterElements", along(0, name), {&x, &indices, &updates}));
  };
  EXPECT_EQ(reduced("none"), (Row{1, -1}));
  EXPECT_EQ(reduced("add"), (Row{8, 2}));
  EXPECT_EQ(reduced("mul"), (Row{10, -3}));
  EXPECT_EQ(reduced("max"), (Row{5, 3}));
  EXPECT_EQ(reduced("min"), (Row{1, -1}));
  EXPECT_THROW(reduced("mean"), Refusal);
}

TEST(ScatterElements, WrapsAroundAndKeepsNan) {
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  const Tensor x = ints({1}, {kHighest});
  const Tensor at = ints({1}, {0});
  const Tensor two = ints({1}, {2});
  EXPECT_EQ(list<std::int64_t>(run_node("ScatterElements", along(0, "add"), {&x, &at, &two})),
            std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min() + 1});
  EXPECT_EQ(list<std::int64_t>(run_node("ScatterElements", along(0, "mul"), {&x, &at, &two})),
            std::vector<std::int64_t>{-2});
  const Tensor big = make_tensor<std::uint16_t>({1}, {65535});
  EXPECT_EQ(list<std::uint16_t>(run_node("ScatterElements", along(0, "mul"), {&big, &at, &big})),
            std::vector<std::uint16_t>{1});
  const Tensor numbers = make_tensor<float>({2}, {1, NAN});
  const Tensor both = ints({2}, {0, 1});
  const Tensor others = make_tensor<float>({2}, {NAN, 1});
  for (const char* name : {"max", "min"}) {
    for (const float value : list<float>(run_node("ScatterElements", along(0, name), {&numbers, &both, &others}))) {
      EXPECT_TRUE(std::isnan(value)) << name;
    }
  }
}

TEST(ScatterElements, FailsWhereShapesDoNotFit) {
  const Tensor x = counting({2, 2});
  const Tensor indices = ints({1, 2}, {0, 1});
  const Tensor other = counting({2, 1});
  const Tensor wide = ints({1, 3}, {0, 0, 0});
  const Tensor wide_updates = counting({1, 3});
  const Tensor beyond = ints({1, 1}, {2});
  const Tensor one = counting({1, 1});
  EXPECT_THROW(run_node("ScatterElements", {}, {&x, &indices, &other}), Failure);
  EXPECT_THROW(run_node("ScatterElements", {}, {&x, &wide, &wide_updates}), Failure);
  EXPECT_THROW(run_node("ScatterElements", {}, {&x, &beyond, &one}), Failure);
  const Tensor integers = ints({1, 1}, {0});
  EXPECT_THROW(run_node("ScatterElements", {}, {&x, &beyond, &integers}), Refusal);
  const Tensor flags = make_tensor<bool>({1}, {true});
  const Tensor zero = ints({1}, {0});
  EXPECT_THROW(run_node("ScatterElements", along(0, "add"), {&flags, &zero, &flags}), Refusal);
}

TEST(ScatterElements, KeepsRowsApart) {
  const auto by_row = [] { return rows_at(0, make_tensor<std::int64_t>({3, 1}, {0, 1, 1})); };
  TracedNode("ScatterElements", along(1, "add"), rows_at(0, counting({3, 2})), by_row(), rows_at(0, counting({3, 1})))
      .expect_rows_at(0);
  const TracedNode across("ScatterElements", along(0), rows_at(0, counting({3, 2})), by_row(),
                          rows_at(0, counting({3, 1})));
  EXPECT_TRUE(across.trace().rows.is_mixed());
  const TracedNode beside("ScatterElements", along(1), same(counting({3, 2})), by_row(), rows_at(0, counting({3, 1})));
  EXPECT_TRUE(beside.trace().rows.is_mixed());
}

TEST(ScatterNd, ReplacesAndReducesSlices) {
  const Tensor x = counting({3, 2});
  const Tensor slices = ints({2, 1}, {2, -3});
  const Tensor updates = make_tensor<float>({2, 2}, {10, 20, 30, 40});
  EXPECT_EQ(list<float>(run_node("ScatterND", {}, {&x, &slices, &updates})), (Row{30, 40, 2, 3, 10, 20}));
  const Tensor same_place = ints({2, 2}, {1, 1, 1, 1});
  const Tensor two = make_tensor<float>({2}, {10, 20});
  const auto reduced = [&](const std::string& name) {
    return list<float>(run_node("ScatterND", {.attributes = {{"reduction", name}}}, {&x, &same_place, &two}))[3];
  };
  EXPECT_EQ(reduced("none"), 20);
  EXPECT_EQ(reduced("add"), 33);
  EXPECT_EQ(reduced("mul"), 600);
  EXPECT_EQ(reduced("max"), 20);
  EXPECT_EQ(reduced("min"), 3);
}

TEST(ScatterNd, FailsWhereShapesDoNotFit) {
  const Tensor x = counting({3, 2});
  const Tensor slices = ints({1, 1}, {0});
  const Tensor beyond = ints({1, 1}, {3});
  const Tensor flat = counting({2});
  const Tensor line = counting({1, 2});
  EXPECT_THROW(run_node("ScatterND", {}, {&x, &slices, &flat}), Failure);
  EXPECT_THROW(run_node("ScatterND", {}, {&x, &beyond, &line}), Failure);
  EXPECT_THROW(run_node("ScatterND", {}, {&x, &flat, &line}), Refusal);
}

TEST(ScatterNd, KeepsRowsInsideSlicesApart) {
  const auto slices = [] { return same(make_tensor<std::int64_t>({2, 1}, {1, 0})); };
  TracedNode("ScatterND", {}, rows_at(1, counting({2, 3})), slices(), rows_at(1, counting({2, 3}))).expect_rows_at(1);
  const TracedNode across("ScatterND", {}, rows_at(0, counting({3, 2})), slices(), same(counting({2, 2})));
  EXPECT_TRUE(across.trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
