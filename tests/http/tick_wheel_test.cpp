#include "http/tick_wheel.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <vector>

namespace pelton::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Timed : TickWheel::Entry {
  void on_deadline() override { ++called; }
  int called = 0;
};

core::TimePoint at(core::Duration time) { return core::TimePoint(time); }

TEST(TickWheel, CallsOnceSoonAfterTheDeadline) {
  TickWheel wheel(at({}));
  Timed entry;
  wheel.aim(entry, at(milliseconds(250)));
  wheel.advance(at(milliseconds(249)));
  EXPECT_EQ(entry.called, 0);
  wheel.advance(at(milliseconds(350)));
  EXPECT_EQ(entry.called, 1);
  wheel.advance(at(seconds(1000)));
  EXPECT_EQ(entry.called, 1);
}

TEST(TickWheel, FollowsADeadlineThatMoves) {
  TickWheel wheel(at({}));
  Timed entry;
  wheel.aim(entry, at(seconds(1)));
  wheel.aim(entry, at(seconds(5)));
  wheel.advance(at(seconds(4)));
  EXPECT_EQ(entry.called, 0);
  wheel.aim(entry, at(milliseconds(4500)));
  wheel.advance(at(milliseconds(4700)));
  EXPECT_EQ(entry.called, 1);
  wheel.aim(entry, at(seconds(6)));
  wheel.aim(entry, TickWheel::kNever);
  wheel.advance(at(seconds(100)));
  EXPECT_EQ(entry.called, 1);
  wheel.aim(entry, at(seconds(101)));
  wheel.remove(entry);
  wheel.advance(at(seconds(200)));
  EXPECT_EQ(entry.called, 1);
}

TEST(TickWheel, ReachesBeyondItsSpan) {
  TickWheel wheel(at(seconds(77)));
  Timed entry;
  wheel.aim(entry, at(seconds(77 + 3600)));
  for (int s = 77; s < 77 + 3600; ++s) wheel.advance(at(seconds(s)));
  EXPECT_EQ(entry.called, 0);
  wheel.advance(at(milliseconds((77 + 3600) * 1000 + 200)));
  EXPECT_EQ(entry.called, 1);
}

TEST(TickWheel, SeesEverythingAfterALongSleep) {
  TickWheel wheel(at({}));
  std::vector<Timed> entries(1000);
  for (std::size_t i = 0; i < entries.size(); ++i) wheel.aim(entries[i], at(milliseconds(i * 77)));
  wheel.advance(at(seconds(1000000)));
  for (const Timed& entry : entries) EXPECT_EQ(entry.called, 1);
}

TEST(TickWheel, IsNeverEarlyAndAtMostTwoTicksLate) {
  std::mt19937 random(7);
  TickWheel wheel(at({}));
  std::vector<Timed> entries(200);
  std::vector<core::TimePoint> deadlines(entries.size(), TickWheel::kNever);
  core::TimePoint now{};
  for (int step = 0; step < 20000; ++step) {
    now += milliseconds(random() % 60);
    wheel.advance(now);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (std::exchange(entries[i].called, 0) != 0) {
        ASSERT_LE(deadlines[i], now);
        deadlines[i] = TickWheel::kNever;
      } else {
        ASSERT_TRUE(deadlines[i] == TickWheel::kNever || now < deadlines[i] + 2 * TickWheel::kTick);
      }
    }
    const std::size_t i = random() % entries.size();
    deadlines[i] = now + milliseconds(random() % 100000);
    wheel.aim(entries[i], deadlines[i]);
  }
}

}  // namespace
}  // namespace pelton::http
