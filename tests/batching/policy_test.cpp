#include "batching/policy.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pelton::batching {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(CostModel, LearnsAlphaAndBetaFromNoisyBatches) {
  CostModel cost(microseconds(500), microseconds(500));  // a prior that is far off
  std::mt19937 random(1);
  std::uniform_real_distribution<double> noise(0.9, 1.1);
  for (int i = 0; i < 300; ++i) {
    const std::size_t rows = 1 + random() % 128;
    const double ns = (20'000.0 + 3'000.0 * static_cast<double>(rows)) * noise(random);
    cost.observe(rows, core::Duration(static_cast<long>(ns)));
  }
  EXPECT_NEAR(cost.per_row_ns(), 3'000, 300);
  EXPECT_NEAR(cost.fixed_ns(), 20'000, 12'000);
  EXPECT_NEAR(static_cast<double>(cost.predict(64).count()), 212'000, 15'000);
}

TEST(CostModel, StaysSoundWhenEveryBatchHasTheSameSize) {
  CostModel cost(microseconds(1), microseconds(1));
  for (int i = 0; i < 1000; ++i) cost.observe(8, microseconds(80));
  EXPECT_NEAR(static_cast<double>(cost.predict(8).count()), 80'000, 2'000);
  EXPECT_GE(cost.fixed_ns(), 0);
  EXPECT_GE(cost.per_row_ns(), 0);
}

TEST(CostModel, OneLongPauseOfTheMachineChangesLittle) {
  CostModel cost(microseconds(0), microseconds(10));
  for (int i = 0; i < 100; ++i) cost.observe(10, microseconds(100));
  cost.observe(10, milliseconds(500));
  EXPECT_LT(cost.predict(10), microseconds(150));
}

TEST(CostModel, FollowsAModelThatBecameTenTimesDearer) {
  CostModel cost(microseconds(0), microseconds(10));
  for (int i = 0; i < 100; ++i) cost.observe(10, microseconds(100));
  for (int i = 0; i < 300; ++i) cost.observe(10, microseconds(1000));
  EXPECT_NEAR(static_cast<double>(cost.predict(10).count()), 1'000'000, 20'000);
}

TEST(CostModel, IsNeverNegative) {
  CostModel cost(core::Duration(0), core::Duration(0));
  cost.observe(1, microseconds(100));
  cost.observe(1000, microseconds(1));
  EXPECT_GE(cost.predict(1).count(), 0);
  EXPECT_GE(cost.predict(1'000'000).count(), 0);
}

TEST(Policy, ScoresInlineUpToTheLimitOrAnEighthOfTheObjective) {
  const Policy loose({.slo = milliseconds(20), .inline_limit = microseconds(250)}, {microseconds(0), microseconds(10)});
  EXPECT_TRUE(loose.scores_inline(25));
  EXPECT_FALSE(loose.scores_inline(26));
  const Policy tight({.slo = microseconds(800), .inline_limit = microseconds(250)},
                     {microseconds(0), microseconds(10)});
  EXPECT_TRUE(tight.scores_inline(10));
  EXPECT_FALSE(tight.scores_inline(11));
}

TEST(Policy, ThreadsPayForDearBatchesThatCanBeSharedOut) {
  const Policy dear({}, {microseconds(0), microseconds(100)});
  EXPECT_FALSE(dear.pays_for_threads(63)) << "not two blocks of rows";
  EXPECT_TRUE(dear.pays_for_threads(64));
  const Policy cheap({}, {microseconds(0), microseconds(1)});
  EXPECT_FALSE(cheap.pays_for_threads(169));
  EXPECT_TRUE(cheap.pays_for_threads(170));
}

TEST(Policy, TheLargestBatchTakesThreeTenthsOfTheObjective) {
  const Policy policy({.slo = milliseconds(20), .max_batch_rows = 500}, {milliseconds(1), microseconds(100)});
  EXPECT_EQ(policy.batch_rows(), 50U);
  EXPECT_EQ(policy.batch_rows(milliseconds(2)), 30U) << "the wait for a turn counts";
  EXPECT_EQ(policy.batch_rows(seconds(1)), 10U) << "a tenth of the objective is always left";
  const Policy hopeless({.slo = milliseconds(20)}, {seconds(1), seconds(1)});
  EXPECT_EQ(hopeless.batch_rows(), 1U);
  const Policy free({.slo = milliseconds(20), .max_batch_rows = 500}, {core::Duration(0), core::Duration(0)});
  EXPECT_EQ(free.batch_rows(), 500U);
}

TEST(Policy, AsManyAreScoredTogetherAsTheRowsHaveInCommon) {
  constexpr core::Duration kBeside = microseconds(2);
  const Policy alike({}, {microseconds(10), core::Duration(5)});
  EXPECT_EQ(alike.together(1, kBeside), 1U);
  EXPECT_EQ(alike.together(5000, kBeside), 5000U) << "nearly free beside the first";
  const Policy apart({}, {microseconds(12), microseconds(70)});
  EXPECT_EQ(apart.together(3, kBeside), 2U) << "2·√(3·14/70) = 1.5: two batches";
  EXPECT_EQ(apart.together(16, kBeside), 4U) << "2·√(16·14/70) = 3.6: five batches of even size";
  EXPECT_EQ(apart.together(400, kBeside), 18U) << "the longer the queue, the more a batch's fixed part counts";
  const Policy free({}, {core::Duration(0), core::Duration(0)});
  EXPECT_EQ(free.together(7, kBeside), 7U);
  EXPECT_EQ(free.together(0, kBeside), 1U);
}

TEST(Policy, ItIsTooLateForWhoLostHalfTheObjectiveUnread) {
  const Policy policy({.slo = milliseconds(20)}, {microseconds(2), core::Duration(5)});
  EXPECT_TRUE(policy.too_late({.lay = milliseconds(11), .behind = milliseconds(100)}));
  EXPECT_FALSE(policy.too_late({.lay = milliseconds(10), .behind = seconds(1)}));
  EXPECT_FALSE(policy.too_late({.lay = milliseconds(500), .behind = milliseconds(99)})) << "a pause, or a burst";
  const Policy patient({.slo = seconds(1)}, {microseconds(2), core::Duration(5)});
  EXPECT_FALSE(patient.too_late({.lay = milliseconds(600), .behind = milliseconds(499)}));
  EXPECT_TRUE(patient.too_late({.lay = milliseconds(501), .behind = milliseconds(500)}));
}

TEST(Policy, AdmitsUpToTheBoundWithoutOverflow) {
  const Policy policy({.max_queue_rows = 10}, {core::Duration(0), core::Duration(0)});
  EXPECT_TRUE(policy.admits(5, 5));
  EXPECT_FALSE(policy.admits(5, 6));
  EXPECT_FALSE(policy.admits(5, static_cast<std::size_t>(-1)));
  EXPECT_TRUE(policy.admits(0, 1000));
}

TEST(Policy, RetryAfterIsTheExpectedWaitInWholeSeconds) {
  const Policy policy({}, {core::Duration(0), milliseconds(1)});
  EXPECT_EQ(policy.retry_after_seconds(0), 1);
  EXPECT_EQ(policy.retry_after_seconds(2500), 3);
  EXPECT_EQ(policy.retry_after_seconds(100'000'000), 60);
}

TEST(Policy, RequestsGatherForASixteenthOfTheShortestObjectiveWithinBounds) {
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  const auto gathering = [](core::Duration slo, core::Duration others) {
    return Policy({.slo = slo, .turn_slo = others}, CostModel({}, {})).gathering();
  };
  EXPECT_EQ(gathering(milliseconds(8), milliseconds(20)), microseconds(500));
  EXPECT_EQ(gathering(milliseconds(500), milliseconds(4)), microseconds(250)) << "the others' lane waits too";
  EXPECT_EQ(gathering(milliseconds(20), milliseconds(20)), microseconds(600));
}

TEST(Policy, ARespiteIsAQuarterOfTheObjectiveWithinBounds) {
  const auto respite = [](core::Duration slo) { return Policy({.slo = slo}, CostModel({}, {})).respite(); };
  using std::chrono::milliseconds;
  EXPECT_EQ(respite(milliseconds(20)), milliseconds(5));
  EXPECT_EQ(respite(milliseconds(1)), milliseconds(2));
  EXPECT_EQ(respite(milliseconds(500)), milliseconds(25));
}

}  // namespace
}  // namespace pelton::batching
