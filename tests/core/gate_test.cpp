#include "core/gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace pelton::core {
namespace {

TEST(Gate, LetsNobodyInOnceClosedAndWaitsForThoseInside) {
  Gate gate;
  Gate::Pass pass = gate.enter();
  ASSERT_TRUE(pass);
  gate.close();
  EXPECT_FALSE(gate.enter());
  EXPECT_FALSE(gate.wait(Duration(0)));
  pass = {};
  EXPECT_TRUE(gate.wait(Duration(0)));
}

TEST(Gate, AMovedPassCountsOnce) {
  Gate gate;
  Gate::Pass first = gate.enter();
  Gate::Pass second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(gate.inside(), 1U);
  second = gate.enter();
  EXPECT_EQ(gate.inside(), 1U);
}

TEST(Gate, DrainsUnderConcurrentUse) {
  for (int round = 0; round < 50; ++round) {
    Gate gate;
    std::atomic<int> working{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        while (Gate::Pass pass = gate.enter()) {
          working.fetch_add(1);
          std::this_thread::yield();
          working.fetch_sub(1);
        }
      });
    }
    while (working.load() == 0) std::this_thread::yield();
    gate.close();
    EXPECT_TRUE(gate.wait(std::chrono::seconds(60)));
    EXPECT_EQ(working.load(), 0);
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace pelton::core
