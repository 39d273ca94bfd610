#include <gtest/gtest.h>

#include "run_node.hpp"

namespace pelton::operators {
namespace {

TEST(Identity, GivesWhatItIsGiven) {
  const Tensor x = make_tensor<std::int64_t>({2, 2}, {1, 2, 3, 4});
  const Tensor y = run_node("Identity", {}, {&x});
  EXPECT_EQ(y.shape(), Shape({2, 2}));
  EXPECT_EQ(list<std::int64_t>(y), (std::vector<std::int64_t>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace pelton::operators
