// The whole of batching under load, in simulated time: what callers get at every load, and how soon it is over.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "simulated_server.hpp"

namespace pelton::batching {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Request = SimulatedServer::Request;
using Lane = SimulatedServer::Lane;

constexpr core::TimePoint kStart{};
constexpr core::Duration kIo{microseconds(20)};  // of the io thread, for a request and its answer

core::TimePoint at(core::Duration since_start) { return kStart + since_start; }

/// Answers within the objective to requests that arrived in [from, to), a second.
double goodput(const Lane& lane, core::Duration objective, core::TimePoint from, core::TimePoint to) {
  const auto good = std::count_if(lane.requests.begin(), lane.requests.end(), [&](const Request& r) {
    return r.arrived >= from && r.arrived < to && r.within(objective);
  });
  return static_cast<double>(good) / std::chrono::duration<double>(to - from).count();
}

double share_within(const Lane& lane, core::Duration objective, core::TimePoint from, core::TimePoint to) {
  std::size_t all = 0;
  std::size_t good = 0;
  for (const Request& r : lane.requests) {
    if (r.arrived < from || r.arrived >= to) continue;
    ++all;
    good += r.within(objective) ? 1 : 0;
  }
  return all == 0 ? 1 : static_cast<double>(good) / static_cast<double>(all);
}

core::Duration percentile(const Lane& lane, double q, core::TimePoint from, core::TimePoint to) {
  std::vector<core::Duration> took;
  for (const Request& r : lane.requests) {
    if (r.arrived >= from && r.arrived < to && r.scored()) took.push_back(r.took());
  }
  if (took.empty()) return core::Duration(0);
  const auto nth = took.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(took.size() - 1));
  std::nth_element(took.begin(), nth, took.end());
  return *nth;
}

/// Everyone got one answer, and the numbers in it were theirs.
void expect_all_answered_once(const Lane& lane) {
  for (const Request& r : lane.requests) {
    ASSERT_EQ(r.answers, r.refused ? 0 : 1);
    ASSERT_TRUE(r.right);
    ASSERT_NE(r.status, Outcome::Status::failed);
  }
}

struct Dear {
  const char* name;
  core::Duration alpha;
  core::Duration beta;
  core::Duration slo;
  /// Rows a second with batches as large as the objective allows.
  double saturation() const {
    const std::size_t rows = Policy({.slo = slo}, CostModel(alpha, beta)).batch_rows();
    return static_cast<double>(rows) / std::chrono::duration<double>(alpha + beta * static_cast<long>(rows)).count();
  }
};

class DearModel : public testing::TestWithParam<Dear> {
 protected:
  PolicySettings settings() const { return {.slo = GetParam().slo}; }
  /// Six seconds of Poisson arrivals; what is told begins after the second one.
  struct Fared {
    double goodput = 0;  ///< as a share of saturation
    core::Duration p50{0};
    core::Duration p99{0};
    double turned_away = 0;  ///< share of the requests that were refused or shed
  };
  Fared run_at(double load) const {
    SimulatedServer alone;
    Lane loaded{alone, GetParam().alpha, GetParam().beta, settings()};
    const core::TimePoint begin = at(seconds(2));
    const core::TimePoint end = at(seconds(8));
    alone.load(loaded, load * GetParam().saturation(), kStart, end);
    alone.run();
    expect_all_answered_once(loaded);
    const auto away =
        std::count_if(loaded.requests.begin(), loaded.requests.end(), [](const Request& r) { return !r.scored(); });
    return {goodput(loaded, GetParam().slo, begin, end) / GetParam().saturation(), percentile(loaded, 0.5, begin, end),
            percentile(loaded, 0.99, begin, end),
            static_cast<double>(away) / static_cast<double>(loaded.requests.size())};
  }

  SimulatedServer server;
  Lane lane{server, GetParam().alpha, GetParam().beta, settings()};
};

TEST_P(DearModel, NothingIsDelayedAtLowLoad) {
  const Dear& model = GetParam();
  for (const double load : {0.1, 0.3}) {
    const Fared fared = run_at(load);
    EXPECT_EQ(fared.turned_away, 0) << load;
    EXPECT_LE(fared.p50, 2 * model.alpha + 4 * model.beta + 2 * kIo) << load << ": a row alone, or behind another";
  }
}

TEST_P(DearModel, NobodyIsTurnedAwayBelowSaturation) {
  for (const double load : {0.5, 0.8}) EXPECT_EQ(run_at(load).turned_away, 0) << load;
}

TEST_P(DearModel, AtHalfLoadTheUnluckyWaitFourTimesAsLongAsTheMedianAtMost) {
  const Fared fared = run_at(0.5);
  EXPECT_LE(fared.p99, 4 * fared.p50) << fared.p50.count();
}

TEST_P(DearModel, KeepsItsGoodputWhateverIsAskedOfIt) {
  const Dear& model = GetParam();
  for (const double load : {1.0, 1.2, 1.5, 2.0, 3.0, 5.0}) {
    const Fared fared = run_at(load);
    EXPECT_GE(fared.goodput, 0.85) << load;
    if (load > 1.2) {
      EXPECT_LE(fared.p99, model.slo) << load;
    }
  }
}

TEST_P(DearModel, ServesSomeInTimeWhileItIsNotYetSeenToBeOverloaded) {
  const Dear& model = GetParam();
  server.load(lane, 3 * model.saturation(), kStart, at(seconds(1)));
  server.run();
  const core::Duration unseen = std::max(Overload::kInterval, model.slo / 2);
  EXPECT_GE(goodput(lane, model.slo, kStart + model.slo, kStart + model.slo + unseen), 0.6 * model.saturation());
}

TEST_P(DearModel, IsBackToNormalTwoSecondsAfterTheLoadFell) {
  const Dear& model = GetParam();
  const core::TimePoint fell = at(seconds(3));
  const core::TimePoint end = at(seconds(8));
  server.load(lane, 4 * model.saturation(), kStart, fell, 1);
  server.load(lane, 0.5 * model.saturation(), fell, end, 2);
  server.run();
  expect_all_answered_once(lane);
  EXPECT_GE(share_within(lane, model.slo, fell + seconds(2), end), 0.999);
  EXPECT_LE(percentile(lane, 0.99, fell + seconds(2), end), model.slo / 2);
  EXPECT_FALSE(lane.batcher().overloaded());
}

TEST_P(DearModel, TheQueueIsBoundedOnceTheOverloadIsSeen) {
  const Dear& model = GetParam();
  server.load(lane, 5 * model.saturation(), kStart, at(seconds(2)));
  server.run();
  // Until it is seen, what arrived waits: for half the objective, and then for the interval.
  const double seen = std::chrono::duration<double>(milliseconds(100) + 4 * model.slo).count();
  EXPECT_LE(static_cast<double>(lane.most_waiting), 5 * model.saturation() * seen);
  for (const Request& r : lane.requests) {
    if (r.arrived <= at(seconds(1)) || r.answers == 0) continue;
    ASSERT_LE(r.took(), 2 * model.slo) << "nobody waits in vain for long";
  }
}

INSTANTIATE_TEST_SUITE_P(Models, DearModel,
                         testing::Values(Dear{"svm", microseconds(200), microseconds(800), milliseconds(20)},
                                         Dear{"forest", microseconds(200), microseconds(50), milliseconds(5)},
                                         Dear{"network", microseconds(100), microseconds(50), milliseconds(20)},
                                         Dear{"patient", milliseconds(1), milliseconds(2), milliseconds(500)}),
                         [](const auto& param) { return std::string(param.param.name); });

class SimulationTest : public testing::Test {
 protected:
  SimulatedServer server;
};

/// A processor that the io thread and the pool share: what reading and refusing take is scoring's loss. Where all
/// that is asked beyond what can be scored is refused in time, the rest is arithmetic: s rows a second with
/// s·(row + read) + (asked - s)·refuse = 1.
double left_by_refusing(double asked, double row, double read, double refuse) {
  return std::min(1 / (row + read), (1 - asked * refuse) / (row + read - refuse));
}

struct Shared {
  const char* name;
  core::Duration row;
  core::Duration refuse;
  core::Duration look{0};  ///< what gathering saves is not counted as possible
};

class OneProcessor : public testing::TestWithParam<Shared> {};

TEST_P(OneProcessor, GoodputIsWhatTimelyRefusalsLeave) {
  using Seconds = std::chrono::duration<double>;
  const auto& [name, row, refuse, look] = GetParam();
  for (const double load : {1.5, 3.0}) {
    SimulatedServer one;
    one.one_processor = true;
    one.refuse_cost = refuse;
    one.look_cost = look;
    Lane lane{one, microseconds(100), row};
    const double saturation = 1 / (Seconds(row).count() + Seconds(one.read_cost).count());
    one.load(lane, load * saturation, kStart, at(seconds(5)));
    one.run();
    expect_all_answered_once(lane);
    const double possible = left_by_refusing(load * saturation, Seconds(row).count(), Seconds(one.read_cost).count(),
                                             Seconds(refuse).count());
    EXPECT_GE(goodput(lane, milliseconds(20), at(seconds(1)), at(seconds(5))), 0.85 * possible)
        << load << " times saturation, of " << possible / saturation;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, OneProcessor,
                         testing::Values(Shared{"light", microseconds(100), microseconds(4)},
                                         Shared{"light_and_refused_dearly", microseconds(100), microseconds(12)},
                                         Shared{"light_and_looked_for_dearly", microseconds(75), microseconds(5),
                                                microseconds(10)},
                                         Shared{"heavy", microseconds(800), microseconds(12)}),
                         [](const auto& param) { return std::string(param.param.name); });

TEST_F(SimulationTest, WhereReadingIsDearWhoIsLateIsRefusedUnread) {
  for (const double load : {0.8, 1.5, 3.0}) {
    SimulatedServer busy;
    busy.read_cost = microseconds(50);
    busy.refuse_cost = microseconds(8);
    Lane lane{busy, microseconds(2), core::Duration(5)};
    constexpr double kSaturation = 1e6 / 50;
    busy.load(lane, load * kSaturation, kStart, at(seconds(4)), 1);
    busy.load(lane, 0.5 * kSaturation, at(seconds(4)), at(seconds(8)), 2);
    busy.run();
    expect_all_answered_once(lane);
    const double possible = std::min(left_by_refusing(load * kSaturation, 0, 50e-6, 8e-6), load * kSaturation);
    EXPECT_GE(goodput(lane, milliseconds(20), at(seconds(1)), at(seconds(4))), 0.95 * possible)
        << load << " times saturation, of " << possible / kSaturation;
    EXPECT_GE(share_within(lane, milliseconds(2), at(seconds(6)), at(seconds(8))), 0.999) << load;
  }
}

TEST_F(SimulationTest, ALullDoesNotMakeALoopBelieveThatItKeepsUp) {
  server.read_cost = microseconds(50);
  server.refuse_cost = microseconds(8);
  Lane lane{server, microseconds(2), core::Duration(5)};
  constexpr double kAsked = 1.5e6 / 50;
  const core::Duration rush = milliseconds(150);
  const core::Duration lull = milliseconds(20);
  for (int i = 0; i < 20; ++i) {
    const core::TimePoint from = kStart + i * (rush + lull);
    server.load(lane, kAsked, from, from + rush, static_cast<std::uint64_t>(i));
  }
  server.run();
  expect_all_answered_once(lane);
  const double possible = left_by_refusing(kAsked, 0, 50e-6, 8e-6) * (rush * 1.0 / (rush + lull));
  EXPECT_GE(goodput(lane, milliseconds(20), at(seconds(1)), at(seconds(3))), 0.85 * possible) << possible;
}

TEST_F(SimulationTest, ABurstThatClearsIsNotRefused) {
  Lane lane{server, microseconds(100), microseconds(500)};
  for (int burst = 0; burst < 5; ++burst) {
    for (int i = 0; i < 180; ++i) server.arrive(lane, at(seconds(burst)));  // 90 ms of work at once
  }
  server.run();
  expect_all_answered_once(lane);
  for (const Request& r : lane.requests) ASSERT_TRUE(r.scored());
}

TEST_F(SimulationTest, RequestsOfManyRowsKeepTheGoodputToo) {
  Lane lane{server, microseconds(200), microseconds(50)};
  std::mt19937 random(5);
  std::size_t rows = 0;
  // Three times what it can score: one row, a few, or so many that they take turns of their own.
  for (core::TimePoint t = kStart; t < at(seconds(3)); t += microseconds(500)) {
    const std::size_t n = random() % 50 == 0 ? 400 : 1 + random() % 50;
    server.arrive(lane, t, n);
    rows += n;
  }
  server.run();
  expect_all_answered_once(lane);
  std::size_t good = 0;
  for (const Request& r : lane.requests) good += r.within(milliseconds(20)) ? r.rows : 0;
  EXPECT_GE(static_cast<double>(good), 0.8 * 3 / 52e-6) << "of " << rows << " rows";
  EXPECT_LE(lane.longest_turn, milliseconds(8));
}

TEST_F(SimulationTest, AnEstimateThatIsFarOffDoesNotCollapseIt) {
  // Learned from quiet times; now everything takes five times as long.
  Lane lane{server, microseconds(50), microseconds(100)};
  lane.fixed *= 5;
  lane.per_row *= 5;
  server.load(lane, 5000, kStart, at(seconds(4)));
  server.run();
  expect_all_answered_once(lane);
  EXPECT_GE(goodput(lane, milliseconds(20), at(seconds(1)), at(seconds(4))), 0.85 * 1850);
}

TEST_F(SimulationTest, ACheapLaneHardlyFeelsASaturatedDearOne) {
  const auto cheap_p99 = [](bool beside) {
    SimulatedServer both;
    Lane cheap{both, microseconds(5), core::Duration(500)};
    Lane dear{both, microseconds(200), microseconds(800)};
    both.load(cheap, 5000, kStart, at(seconds(3)), 1);
    if (beside) both.load(dear, 3000, kStart, at(seconds(3)), 2);
    both.run();
    expect_all_answered_once(cheap);
    expect_all_answered_once(dear);
    return percentile(cheap, 0.99, at(seconds(1)), at(seconds(3)));
  };
  EXPECT_LE(cheap_p99(true), 2 * cheap_p99(false) + milliseconds(1));
}

TEST_F(SimulationTest, SaturatedLanesShareThePoolEvenlyAndAllKeepTheirObjective) {
  Lane a{server, microseconds(200), microseconds(800)};
  Lane b{server, microseconds(500), microseconds(300)};
  Lane c{server, microseconds(100), milliseconds(2)};
  for (Lane* const lane : {&a, &b, &c}) {
    server.load(*lane, 3 / std::chrono::duration<double>(lane->per_row).count(), kStart, at(seconds(4)));
  }
  server.run();
  const core::Duration all = a.busy + b.busy + c.busy;
  double good = 0;
  for (Lane* const lane : {&a, &b, &c}) {
    expect_all_answered_once(*lane);
    EXPECT_NEAR(static_cast<double>(lane->busy.count()), static_cast<double>(all.count()) / 3,
                0.15 * static_cast<double>(all.count()));
    good += goodput(*lane, milliseconds(20), at(seconds(1)), at(seconds(4))) *
            std::chrono::duration<double>(lane->per_row).count();
  }
  EXPECT_GE(good, 0.7) << "share of the pool's time that was for answers in time";
}

TEST_F(SimulationTest, WhoAsksForLittleWaitsForOneTurnOfEachOther) {
  Lane greedy{server, microseconds(200), microseconds(800)};
  Lane greedier{server, microseconds(200), microseconds(800)};
  Lane modest{server, milliseconds(1), milliseconds(1)};
  server.load(greedy, 4000, kStart, at(seconds(3)), 1);
  server.load(greedier, 8000, kStart, at(seconds(3)), 2);
  server.load(modest, 30, kStart, at(seconds(3)), 3);
  server.run();
  expect_all_answered_once(modest);
  for (const Request& r : modest.requests) {
    if (r.arrived < at(milliseconds(500))) continue;
    ASSERT_TRUE(r.scored());
    ASSERT_LE(r.took(), greedy.longest_turn + greedier.longest_turn + milliseconds(4));
  }
}

TEST_F(SimulationTest, ABigRequestHoldsUpNobodyByMoreThanASlice) {
  Lane lane{server, microseconds(200), microseconds(300)};
  Request& big = server.arrive(lane, at(milliseconds(10)), 20'000);  // six seconds of work
  server.load(lane, 300, kStart, at(seconds(5)));
  Lane other{server, microseconds(500), milliseconds(1)};
  server.load(other, 50, kStart, at(seconds(5)));
  server.run();
  expect_all_answered_once(lane);
  expect_all_answered_once(other);
  EXPECT_TRUE(big.scored());
  EXPECT_LE(lane.longest_turn, milliseconds(8));
  for (const Request& r : lane.requests) {
    if (&r != &big) {
      ASSERT_LE(r.took(), 3 * milliseconds(8)) << "a slice, and the other lane's turn";
    }
  }
}

TEST_F(SimulationTest, ABigRequestGetsOnBesideASaturatingLoad) {
  Lane lane{server, microseconds(200), microseconds(300)};
  Request& big = server.arrive(lane, at(milliseconds(10)), 1000);
  server.load(lane, 3000, kStart, at(seconds(5)));
  server.run();
  EXPECT_TRUE(big.scored());
  EXPECT_LE(big.took(), seconds(3)) << "a fifth of the time for 0.3 s of work";
  EXPECT_GE(goodput(lane, milliseconds(20), at(seconds(1)), at(seconds(5))), 0.7 * 3000);
}

TEST_F(SimulationTest, ABigRequestWhoseDeadlinePassesFreesItsPlace) {
  Lane lane{server, microseconds(200), microseconds(300)};
  Request& first = server.arrive(lane, at(milliseconds(1)), 20'000, 0, milliseconds(500));
  Request& second = server.arrive(lane, at(milliseconds(2)), 20'000, 0, milliseconds(300));
  server.run();
  for (Request* const r : {&first, &second}) {
    EXPECT_EQ(r->status, Outcome::Status::expired);
    EXPECT_EQ(r->answers, 1);
    EXPECT_LE(r->took(), milliseconds(520));
  }
  EXPECT_LE(lane.busy, milliseconds(520));
}

TEST_F(SimulationTest, TheUrgentAreServedWhileTheOthersAreTurnedAway) {
  Lane lane{server, microseconds(200), microseconds(800)};
  std::minstd_rand random(3);
  for (core::TimePoint t = kStart; t < at(seconds(4)); t += microseconds(300)) {
    const auto kind = random() % 10;
    server.arrive(lane, t, 1, kind == 0 ? Priority{1} : kind == 1 ? Priority{100} : Priority{0});
  }
  server.run();
  expect_all_answered_once(lane);
  std::array<std::size_t, 3> all{};
  std::array<std::size_t, 3> good{};
  for (const Request& r : lane.requests) {
    if (r.arrived < at(seconds(1))) continue;
    const std::size_t kind = r.priority == 1 ? 0 : r.priority == 0 ? 1 : 2;
    ++all[kind];
    good[kind] += r.within(milliseconds(20)) ? 1 : 0;
  }
  EXPECT_GE(static_cast<double>(good[0]), 0.98 * static_cast<double>(all[0]));
  EXPECT_GE(good[1], all[1] / 5) << "the middle has what the urgent leave";
  EXPECT_LE(good[2], all[2] / 20);
}

TEST_F(SimulationTest, AnythingAtAllIsAnsweredOnce) {
  std::mt19937 random(11);
  for (int run = 0; run < 20; ++run) {
    SimulatedServer any(1 + random() % 3);
    std::deque<Lane> lanes;
    const std::size_t count = 1 + random() % 4;
    for (std::size_t i = 0; i < count; ++i) {
      lanes.emplace_back(
          any, microseconds(random() % 2000), microseconds(random() % 1000),
          PolicySettings{.slo = milliseconds(2 + random() % 50), .max_queue_rows = 50 + random() % 2000});
    }
    core::TimePoint t = kStart;
    for (int i = 0; i < 4000; ++i) {
      if (random() % 200 == 0) t += milliseconds(random() % 400);
      t += microseconds(random() % 600);
      const std::size_t rows = random() % 100 == 0 ? 1 + random() % 3000 : 1 + random() % 8;
      any.arrive(lanes[random() % count], t, rows, static_cast<Priority>(random() % 3 == 0 ? random() % 101 : 0),
                 random() % 4 == 0 ? core::Duration(milliseconds(random() % 100)) : core::Duration::max());
    }
    any.run();
    for (Lane& lane : lanes) {
      expect_all_answered_once(lane);
      EXPECT_TRUE(lane.batcher().idle());
      for (const Request& r : lane.requests) {
        if (r.scored()) {
          ASSERT_LE(r.answered_at - r.deadline, milliseconds(5)) << "no result after the deadline";
        }
      }
    }
  }
}

}  // namespace
}  // namespace pelton::batching
