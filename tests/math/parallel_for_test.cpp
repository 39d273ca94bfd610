#include "math/parallel_for.hpp"

#include <mutex>
#include <utility>

namespace pelton::math {
namespace {

TEST(ParallelFor, VisitsEveryRowOnceInBlocks) {
  for (const std::size_t count : {0, 1, 7, 64, 100}) {
    for (const std::size_t block : {0, 1, 8, 1000}) {
      for (const std::size_t threads : {0, 1, 3}) {
        std::vector<int> visits(count, 0);
        std::mutex mutex;
        std::size_t longest = 0;
        parallel_for(count, block, threads, [&](std::size_t first, std::size_t last) {
          const std::lock_guard lock(mutex);
          longest = std::max(longest, last - first);
          for (std::size_t i = first; i < last; ++i) ++visits[i];
        });
        EXPECT_EQ(visits, std::vector<int>(count, 1));
        EXPECT_LE(longest, std::max<std::size_t>(1, block));
      }
    }
  }
}

TEST(ParallelFor, OneThreadGoesInOrder) {
  std::vector<std::pair<std::size_t, std::size_t>> blocks;
  parallel_for(10, 4, 1, [&](std::size_t first, std::size_t last) { blocks.emplace_back(first, last); });
  EXPECT_THAT(blocks, testing::ElementsAre(std::pair{0, 4}, std::pair{4, 8}, std::pair{8, 10}));
}

}  // namespace
}  // namespace pelton::math
