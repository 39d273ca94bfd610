#include "core/backlog_meter.hpp"

#include <gtest/gtest.h>

namespace pelton::core {
namespace {

using std::chrono::milliseconds;

TimePoint at(int ms) { return TimePoint(milliseconds(ms)); }

TEST(BacklogMeter, WhatIsFoundCameEvenlySinceTheLastLook) {
  BacklogMeter meter;
  meter.woke(at(100));
  meter.looked(at(108), 4, true);
  EXPECT_EQ(meter.owed(0, at(108)).lay, milliseconds(8));
  EXPECT_EQ(meter.owed(3, at(108)).lay, milliseconds(2));
  EXPECT_EQ(meter.owed(3, at(111)).lay, milliseconds(5)) << "it waited for the others, too";
}

TEST(BacklogMeter, WhatWokeTheLoopHasCome) {
  BacklogMeter meter;
  meter.looked(at(100), 1, true);
  meter.woke(at(9000));
  meter.looked(at(9000), 4, true);
  EXPECT_EQ(meter.owed(0, at(9000)).lay, milliseconds(0));
  EXPECT_EQ(meter.owed(0, at(9000)).behind, milliseconds(0));
}

TEST(BacklogMeter, WhatIsPartOfManyCameSinceAllWereSeen) {
  BacklogMeter meter;
  meter.woke(at(100));
  meter.looked(at(110), 512, false);
  EXPECT_EQ(meter.owed(0, at(110)).lay, milliseconds(5));
  EXPECT_EQ(meter.owed(511, at(110)).lay, milliseconds(5));
  meter.looked(at(130), 10, true);
  EXPECT_EQ(meter.owed(0, at(130)).lay, milliseconds(30));
}

TEST(BacklogMeter, AHiccupIsForgottenAtOnce) {
  BacklogMeter meter;
  meter.woke(at(0));
  meter.looked(at(50), 9, true);
  meter.looked(at(120), 9, true);
  EXPECT_EQ(meter.owed(0, at(120)).behind, milliseconds(70));
  meter.looked(at(121), 1, true);
  EXPECT_EQ(meter.owed(0, at(121)).behind, milliseconds(0));
}

TEST(BacklogMeter, WhoWasBehindForLongHasToKeepUpForAWhile) {
  for (const bool slept : {false, true}) {
    BacklogMeter meter;
    meter.woke(at(0));
    int now = 5;
    for (; now < 200; now += 5) meter.looked(at(now), 9, true);
    for (now = 196; now <= 695; ++now) {
      if (slept) meter.woke(at(now));
      meter.looked(at(now), 1, true);
      ASSERT_EQ(meter.owed(0, at(now)).behind, milliseconds(now - 5)) << now;
      ASSERT_LE(meter.owed(0, at(now)).lay, milliseconds(5));
    }
    meter.looked(at(now), 1, true);
    EXPECT_EQ(meter.owed(0, at(now)).behind, milliseconds(0));
  }
}

}  // namespace
}  // namespace pelton::core
