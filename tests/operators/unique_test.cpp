#include <gtest/gtest.h>

#include <cmath>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using tensor::Failure;

std::vector<Tensor> unique(const Tensor& x, std::map<std::string, AttributeValue, std::less<>> attributes = {}) {
  static core::TextArena texts;
  return run_node_outputs("Unique", {.attributes = std::move(attributes), .outputs = 4}, {&x}, texts);
}

TEST(Unique, SortsElements) {
  const Tensor x = make_tensor<float>({2, 3}, {2, 1, 1, 3, 4, 3});
  const std::vector<Tensor> y = unique(x);
  EXPECT_EQ(list<float>(y[0]), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(list<std::int64_t>(y[1]), (Ints{1, 0, 3, 4}));
  EXPECT_EQ(list<std::int64_t>(y[2]), (Ints{1, 0, 0, 2, 3, 2}));
  EXPECT_EQ(list<std::int64_t>(y[3]), (Ints{2, 1, 2, 1}));
}

TEST(Unique, KeepsTheOrderOfFirstAppearance) {
  const Tensor x = make_tensor<std::string_view>({5}, {"b", "a", "b", "c", "a"});
  const std::vector<Tensor> y = unique(x, {{"sorted", std::int64_t{0}}});
  EXPECT_EQ(list<std::string_view>(y[0]), (std::vector<std::string_view>{"b", "a", "c"}));
  EXPECT_EQ(list<std::int64_t>(y[1]), (Ints{0, 1, 3}));
  EXPECT_EQ(list<std::int64_t>(y[2]), (Ints{0, 1, 0, 2, 1}));
  EXPECT_EQ(list<std::int64_t>(y[3]), (Ints{2, 2, 1}));
}

TEST(Unique, TellsSlicesApart) {
  const Tensor x = make_tensor<std::int32_t>({2, 3}, {1, 0, 1, 2, 9, 2});
  const std::vector<Tensor> y = unique(x, {{"axis", std::int64_t{-1}}});
  EXPECT_EQ(y[0].shape(), Shape({2, 2}));
  EXPECT_EQ(list<std::int32_t>(y[0]), (std::vector<std::int32_t>{0, 1, 9, 2}));
  EXPECT_EQ(list<std::int64_t>(y[1]), (Ints{1, 0}));
  EXPECT_EQ(list<std::int64_t>(y[2]), (Ints{1, 0, 1}));
  EXPECT_EQ(list<std::int64_t>(y[3]), (Ints{1, 2}));
  EXPECT_THROW(unique(x, {{"axis", std::int64_t{2}}}), Failure);
}

// As numpy.unique.
TEST(Unique, PutsNanLastAndOnce) {
  const Tensor x = make_tensor<double>({6}, {NAN, 1, NAN, -0.0, 0.0, 2});
  const std::vector<Tensor> y = unique(x);
  ASSERT_EQ(y[0].size(), 4U);
  EXPECT_TRUE(std::signbit(list<double>(y[0])[0]));
  EXPECT_TRUE(std::isnan(list<double>(y[0])[3]));
  EXPECT_EQ(list<std::int64_t>(y[1]), (Ints{3, 1, 5, 0}));
  EXPECT_EQ(list<std::int64_t>(y[3]), (Ints{2, 1, 1, 2}));
}

TEST(Unique, OfScalarsAndNothing) {
  EXPECT_EQ(unique(Tensor::scalar(3.0F))[0].shape(), Shape({1}));
  const std::vector<Tensor> none = unique(counting({0, 2}));
  EXPECT_EQ(none[0].shape(), Shape({0}));
  EXPECT_EQ(none[2].shape(), Shape({0}));
}

TEST(NonZero, TellsWhere) {
  const Tensor x = make_tensor<float>({2, 2}, {1, -0.0F, NAN, 0});
  const Tensor y = run_node("NonZero", {}, {&x});
  EXPECT_EQ(y.shape(), Shape({2, 2}));
  EXPECT_EQ(list<std::int64_t>(y), (Ints{0, 1, 0, 0}));
  const Tensor flags = make_tensor<bool>({3}, {false, true, true});
  EXPECT_EQ(list<std::int64_t>(run_node("NonZero", {}, {&flags})), (Ints{1, 2}));
  const Tensor texts = make_tensor<std::string_view>({2}, {"", "a"});
  EXPECT_EQ(list<std::int64_t>(run_node("NonZero", {}, {&texts})), (Ints{1}));
}

// "For scalar input, NonZero produces output shape (0, N) instead of (1, N)", says the specification.
TEST(NonZero, OfScalarsAndNothing) {
  const Tensor one = Tensor::scalar(1.0F);
  const Tensor zero = Tensor::scalar(0.0F);
  const Tensor none = counting({0, 3});
  EXPECT_EQ(run_node("NonZero", {}, {&one}).shape(), Shape({0, 1}));
  EXPECT_EQ(run_node("NonZero", {}, {&zero}).shape(), Shape({0, 0}));
  EXPECT_EQ(run_node("NonZero", {}, {&none}).shape(), Shape({2, 0}));
}

}  // namespace
}  // namespace pelton::operators
