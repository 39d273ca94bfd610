#include "graph/key_index.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace pelton::graph {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kNone = KeyIndex::kNone;

TEST(KeyIndex, FindsWholeNumbersCloseTogether) {
  const KeyIndex index(std::vector<double>{7, 5, -2});
  EXPECT_EQ(index.find(7), 0U);
  EXPECT_EQ(index.find(5), 1U);
  EXPECT_EQ(index.find(-2), 2U);
  for (const double other : {6.0, 5.5, -2.5, -3.0, 8.0, 1e300, -kInfinity, kInfinity, std::nan("")}) {
    EXPECT_EQ(index.find(other), kNone) << other;
  }
}

TEST(KeyIndex, FindsNumbersFarApartAndBroken) {
  const KeyIndex index(std::vector<double>{1e15, 0.5, -1e15, kInfinity});
  EXPECT_EQ(index.find(1e15), 0U);
  EXPECT_EQ(index.find(0.5), 1U);
  EXPECT_EQ(index.find(-1e15), 2U);
  EXPECT_EQ(index.find(kInfinity), 3U);
  for (const double other : {0.0, 0.25, -kInfinity, std::nan("")}) EXPECT_EQ(index.find(other), kNone) << other;
}

TEST(KeyIndex, FindsTheFirstOfEqualKeys) {
  EXPECT_EQ(KeyIndex(std::vector<double>{3, 4, 4, 3}).find(4), 1U);
  EXPECT_EQ(KeyIndex(std::vector<double>{0.5, 4, 4, 0.5}).find(0.5), 0U);
  EXPECT_EQ(KeyIndex(std::vector<double>{-0.0}).find(0), 0U);
}

TEST(KeyIndex, FindsNanByItself) {
  const double nan = std::nan("");
  EXPECT_EQ(KeyIndex(std::vector<double>{1, nan, nan}).find(nan), 1U);
  EXPECT_EQ(KeyIndex(std::vector<double>{0.5, nan}).find(nan), 1U);
  const KeyIndex alone(std::vector<double>{nan});
  EXPECT_EQ(alone.find(nan), 0U);
  EXPECT_EQ(alone.find(0), kNone);
}

TEST(KeyIndex, TakesMemoryInProportionToItsKeys) {
  std::vector<double> keys;
  for (int i = 0; i < 1000; ++i) keys.push_back(i % 2 == 0 ? i : i * 1e9);
  const KeyIndex index(keys);
  EXPECT_LE(index.bytes(), 64 * keys.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) EXPECT_EQ(index.find(keys[i]), i);
}

}  // namespace
}  // namespace pelton::graph
