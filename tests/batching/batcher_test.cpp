#include "batching/batcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "batching/scoring_pool.hpp"
#include "core/clock.hpp"
#include "support/manual_loop.hpp"

namespace pelton::batching {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::ElementsAre;

/// Row sum in column 0, row product in column 1; every call takes fixed + per_row of manual time.
class SumScorer final : public Scorer {
 public:
  explicit SumScorer(core::ManualClock& clock) : clock_(clock) {}
  void score(math::ConstMatrix rows, math::Matrix out, std::size_t) override {
    if (out_of_memory) throw std::bad_alloc();
    for (std::size_t r = 0; r < rows.rows; ++r) {
      out(r, 0) = rows(r, 0) + rows(r, 1);
      out(r, 1) = rows(r, 0) * rows(r, 1);
    }
    const std::lock_guard lock(mutex_);
    calls.push_back(rows.rows);
    clock_.advance(fixed + per_row * static_cast<int>(rows.rows));
  }
  core::Duration fixed{0};
  core::Duration per_row{0};
  bool out_of_memory = false;
  std::vector<std::size_t> calls;

 private:
  core::ManualClock& clock_;
  std::mutex mutex_;
};

class Observed final : public BatchObserver {
 public:
  void scored(std::size_t rows, core::Duration) noexcept override { batches.push_back(rows); }
  void waiting(std::size_t rows) noexcept override { last_waiting = rows; }
  std::vector<std::size_t> batches;
  std::size_t last_waiting = 0;
};

struct Caller : Ticket {
  Caller() {
    done = [](Ticket& ticket, const Outcome& told) {
      auto& self = static_cast<Caller&>(ticket);
      ++self.answers;
      self.outcome = told;
      for (std::size_t r = 0; r < told.results.rows; ++r) {
        self.values.push_back(told.results(r, 0));
        self.values.push_back(told.results(r, 1));
      }
    };
  }
  /// From now on it is asked whether anybody waits for it, and that is what it says.
  void is(batching::Caller state) {
    state_ = state;
    ask = [](const Ticket& ticket) { return static_cast<const Caller&>(ticket).state_; };
  }
  int answers = 0;
  Outcome outcome;
  std::vector<double> values;

 private:
  batching::Caller state_ = batching::Caller::there;
};

class BatcherTest : public testing::Test {
 protected:
  Batcher make(PolicySettings settings = {}, JobRunner* pool = nullptr, core::Duration per_row = microseconds(0),
               core::Duration fixed = microseconds(0)) {
    return {2, 2, loop, scorer, Policy(settings, CostModel(fixed, per_row)), pool, observed};
  }
  static Admission send(Batcher& batcher, Caller& caller, const std::vector<std::array<double, 2>>& rows) {
    const std::size_t first = batcher.rows().rows();
    for (const auto& values : rows) std::copy(values.begin(), values.end(), batcher.rows().append_row());
    return batcher.submit(caller, first);
  }

  core::ManualClock clock;
  test::ManualLoop loop{clock};
  SumScorer scorer{clock};
  Observed observed;
};

TEST_F(BatcherTest, ALoneRequestIsScoredAtTheEndOfItsRound) {
  Batcher batcher = make();
  Caller caller;
  ASSERT_EQ(send(batcher, caller, {{2, 3}}), Admission::accepted);
  EXPECT_EQ(caller.answers, 0);
  EXPECT_EQ(loop.run_round(), 1);
  EXPECT_THAT(caller.values, ElementsAre(5, 6));
  EXPECT_TRUE(batcher.idle());
  EXPECT_EQ(loop.run_round(), 0) << "nothing is left over";
}

TEST_F(BatcherTest, AllRequestsOfARoundShareOneCallAndGetTheirOwnRows) {
  Batcher batcher = make();
  std::vector<Caller> callers(5);
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const auto x = static_cast<double>(i);
    send(batcher, callers[i], {{x, 1}, {x, 2}});
  }
  loop.run_round();
  EXPECT_THAT(scorer.calls, ElementsAre(10));
  EXPECT_THAT(observed.batches, ElementsAre(10));
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const auto x = static_cast<double>(i);
    EXPECT_THAT(callers[i].values, ElementsAre(x + 1, x, x + 2, 2 * x));
    EXPECT_EQ(callers[i].outcome.batch_rows, 10U);
  }
}

TEST_F(BatcherTest, RowsGivenBackByAFailedParseHarmNobody) {
  Batcher batcher = make();
  Caller before;
  Caller after;
  send(batcher, before, {{1, 2}});
  const std::size_t mark = batcher.rows().rows();
  batcher.rows().append_rows(3);
  batcher.rows().truncate(mark);
  send(batcher, after, {{3, 4}});
  loop.run_round();
  EXPECT_THAT(before.values, ElementsAre(3, 2));
  EXPECT_THAT(after.values, ElementsAre(7, 12));
}

TEST_F(BatcherTest, AFullQueueRefusesAndKeepsTheOthersRows) {
  Batcher batcher = make({.max_queue_rows = 3});
  Caller first;
  Caller second;
  Caller third;
  EXPECT_EQ(send(batcher, first, {{1, 1}, {2, 2}}), Admission::accepted);
  EXPECT_EQ(send(batcher, second, {{3, 3}, {4, 4}}), Admission::full);
  EXPECT_EQ(send(batcher, third, {{5, 5}}), Admission::accepted);
  loop.run_round();
  EXPECT_EQ(second.answers, 0);
  EXPECT_THAT(first.values, ElementsAre(2, 1, 4, 4));
  EXPECT_THAT(third.values, ElementsAre(10, 25));
}

TEST_F(BatcherTest, AnEmptyQueueTakesARequestLargerThanTheBound) {
  Batcher batcher = make({.max_queue_rows = 1});
  Caller bulk;
  EXPECT_EQ(send(batcher, bulk, {{1, 1}, {2, 2}, {3, 3}}), Admission::accepted);
  loop.run_round();
  EXPECT_EQ(bulk.values.size(), 6U);
}

TEST_F(BatcherTest, WhatIsPastItsDeadlineIsNotScored) {
  Batcher batcher = make();
  Caller early;
  Caller late;
  Caller other;
  late.deadline = clock.now() + milliseconds(5);
  send(batcher, early, {{1, 2}});
  send(batcher, late, {{9, 9}, {9, 9}});
  send(batcher, other, {{3, 4}});
  clock.advance(milliseconds(6));
  loop.run_round();
  EXPECT_EQ(late.outcome.status, Outcome::Status::expired);
  EXPECT_TRUE(late.values.empty());
  EXPECT_THAT(scorer.calls, ElementsAre(2));
  EXPECT_THAT(early.values, ElementsAre(3, 2));
  EXPECT_THAT(other.values, ElementsAre(7, 12));
  EXPECT_TRUE(batcher.idle());
}

/// Lengths of the texts in column 1.
class TextScorer final : public Scorer {
 public:
  void score(math::ConstMatrix rows, math::Matrix out, std::size_t) override {
    for (std::size_t r = 0; r < rows.rows; ++r) {
      seen.emplace_back(core::text_of(rows(r, 1)));
      out(r, 0) = rows(r, 0);
      out(r, 1) = static_cast<double>(seen.back().size());
    }
  }
  std::vector<std::string> seen;
};

TEST_F(BatcherTest, TextsReachTheScorerWhoeverIsDroppedOnTheWay) {
  TextScorer texts;
  Batcher batcher(2, 2, loop, texts, Policy({.max_queue_rows = 4}, CostModel(core::Duration(0), microseconds(0))),
                  nullptr, observed, {1});
  const auto send_texts = [&](Caller& caller, const std::vector<std::string>& all) {
    const std::size_t first = batcher.rows().rows();
    for (const std::string& text : all) {
      double* const row = batcher.rows().append_row();
      row[0] = 7;
      row[1] = batcher.rows().put_text(text);
    }
    return batcher.submit(caller, first);
  };
  for (int round = 0; round < 3; ++round) {
    texts.seen.clear();
    Caller early, late, refused, last;
    late.deadline = clock.now() + milliseconds(1);
    EXPECT_EQ(send_texts(early, {"a"}), Admission::accepted);
    EXPECT_EQ(send_texts(late, {"expired", "too"}), Admission::accepted);
    EXPECT_EQ(send_texts(refused, {std::string(100'000, 'x'), "y"}), Admission::full);
    EXPECT_LT(batcher.rows().capacity_bytes(), 110'000U) << "a refused request's texts are given back";
    EXPECT_EQ(send_texts(last, {"kept"}), Admission::accepted);
    clock.advance(milliseconds(5));
    loop.run_round();
    EXPECT_EQ(late.outcome.status, Outcome::Status::expired);
    EXPECT_THAT(texts.seen, ElementsAre("a", "kept"));
    EXPECT_THAT(last.values, ElementsAre(7, 4));
  }
}

TEST_F(BatcherTest, ABatchOfExpiredRequestsIsNotScoredAtAll) {
  Batcher batcher = make();
  Caller late;
  late.deadline = clock.now() + milliseconds(1);
  send(batcher, late, {{1, 1}});
  clock.advance(milliseconds(2));
  loop.run_round();
  EXPECT_EQ(late.answers, 1);
  EXPECT_TRUE(scorer.calls.empty());
}

TEST_F(BatcherTest, AnAnswerThatComesTooLateIsExpired) {
  scorer.fixed = milliseconds(10);
  Batcher batcher = make();
  Caller late;
  Caller patient;
  late.deadline = clock.now() + milliseconds(5);
  send(batcher, late, {{1, 1}});
  send(batcher, patient, {{1, 1}});
  loop.run_round();
  EXPECT_EQ(late.outcome.status, Outcome::Status::expired);
  EXPECT_EQ(patient.outcome.status, Outcome::Status::scored);
}

TEST_F(BatcherTest, OutOfMemoryFailsTheBatchAndNotTheNext) {
  Batcher batcher = make();
  Caller unlucky;
  Caller next;
  scorer.out_of_memory = true;
  send(batcher, unlucky, {{1, 1}});
  loop.run_round();
  EXPECT_EQ(unlucky.outcome.status, Outcome::Status::failed);
  scorer.out_of_memory = false;
  send(batcher, next, {{1, 2}});
  loop.run_round();
  EXPECT_THAT(next.values, ElementsAre(3, 2));
}

/// A pool whose jobs run when the test says so.
class HeldPool final : public JobRunner {
 public:
  void submit(Job& job) override { jobs.push_back(&job); }
  bool has_idle() const noexcept override { return idle; }
  void run_first() {
    Job* const job = jobs.front();
    jobs.erase(jobs.begin());
    job->run(1);
  }
  std::vector<Job*> jobs;
  bool idle = false;
};

TEST_F(BatcherTest, WhatArrivesDuringATurnGathersForTheNext) {
  HeldPool pool;
  scorer.fixed = milliseconds(1);
  scorer.per_row = milliseconds(1);
  Batcher batcher = make({}, &pool, milliseconds(1), milliseconds(1));
  std::vector<Caller> callers(4);
  for (std::size_t i = 0; i < callers.size(); ++i) {
    send(batcher, callers[i], {{static_cast<double>(i), 1}});
    loop.run_round();
  }
  EXPECT_EQ(pool.jobs.size(), 1U) << "the first is out, the others gather";
  pool.run_first();
  loop.run_round();
  ASSERT_EQ(pool.jobs.size(), 1U);
  EXPECT_EQ(callers[0].answers, 1);
  pool.run_first();
  loop.run_round();
  EXPECT_THAT(scorer.calls, ElementsAre(1, 3));
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const auto x = static_cast<double>(i);
    EXPECT_THAT(callers[i].values, ElementsAre(x + 1, x));
    EXPECT_EQ(callers[i].answers, 1);
  }
  EXPECT_TRUE(batcher.idle());
}

TEST_F(BatcherTest, WhileOverloadedRequestsGatherBesideATurn) {
  HeldPool pool;
  scorer.fixed = scorer.per_row = milliseconds(2);
  Batcher batcher = make({}, &pool, milliseconds(2), milliseconds(2));
  std::vector<Caller> callers(200);
  std::size_t sent = 0;
  for (; sent < callers.size() && !batcher.overloaded(); ++sent) {
    EXPECT_EQ(loop.gathering, core::Duration(0)) << "a queue is no overload";
    send(batcher, callers[sent], {{1, 2}});
    loop.run_round();
    if (sent % 4 == 3) pool.run_first();  // twice as many come as can be scored
    loop.run_round();
  }
  ASSERT_TRUE(batcher.overloaded());
  const auto asked = [&] { return std::exchange(loop.gathering, core::Duration(0)); };
  asked();
  ASSERT_FALSE(pool.jobs.empty());
  batcher.refused();
  EXPECT_EQ(asked(), batcher.policy().gathering()) << "whoever is refused";
  ASSERT_LT(sent, callers.size());
  send(batcher, callers[sent], {{1, 2}});
  EXPECT_EQ(asked(), core::Duration(0));
  loop.run_round();
  EXPECT_EQ(asked(), batcher.policy().gathering()) << "whoever has to wait";
  while (!batcher.idle()) {
    if (!pool.jobs.empty()) pool.run_first();
    loop.run_round();
  }
  asked();
  ASSERT_TRUE(batcher.overloaded());
  batcher.refused();
  EXPECT_EQ(asked(), core::Duration(0)) << "nothing needs the processor";
}

TEST_F(BatcherTest, WhatGoesOnWithAnAnswerIsNeitherRefusedNorDroppedInOverload) {
  HeldPool pool;
  scorer.fixed = scorer.per_row = milliseconds(2);
  Batcher batcher = make({}, &pool, milliseconds(2), milliseconds(2));
  std::vector<Caller> callers(400);
  std::size_t turned_away = 0;
  for (std::size_t i = 0; i < callers.size(); ++i) {
    callers[i].begun = i % 10 == 0;
    const std::vector<std::array<double, 2>> rows(1 + i % 2, {static_cast<double>(i), 2});
    if (send(batcher, callers[i], rows) == Admission::full) {
      ++turned_away;
      EXPECT_FALSE(callers[i].begun);
    }
    loop.run_round();
    if (i % 4 == 3) pool.run_first();  // more come than can be scored
    loop.run_round();
  }
  EXPECT_GT(turned_away, callers.size() / 4);
  while (!batcher.idle()) {
    if (!pool.jobs.empty()) pool.run_first();
    loop.run_round();
  }
  std::size_t others = 0;
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const bool scored = callers[i].answers == 1 && callers[i].outcome.status == Outcome::Status::scored;
    if (!callers[i].begun) {
      if (scored) ++others;
      continue;
    }
    ASSERT_TRUE(scored) << i;
    const auto x = static_cast<double>(i);
    EXPECT_THAT(callers[i].values, ElementsAre(x + 2, 2 * x));
  }
  EXPECT_GT(others, callers.size() / 10) << "they have their share";
}

TEST_F(BatcherTest, AFullTurnIsReadyBeforeTheLastOneIsOver) {
  HeldPool pool;
  scorer.fixed = milliseconds(6);
  scorer.per_row = milliseconds(1);
  Batcher batcher = make({.slo = milliseconds(40)}, &pool, milliseconds(1), milliseconds(6));  // six rows a turn
  std::vector<Caller> callers(13);
  for (std::size_t i = 0; i < callers.size(); ++i) {
    send(batcher, callers[i], {{static_cast<double>(i), 1}});
    loop.run_round();
  }
  EXPECT_EQ(pool.jobs.size(), 2U);
  while (!batcher.idle()) {
    if (!pool.jobs.empty()) pool.run_first();
    loop.run_round();
  }
  EXPECT_THAT(scorer.calls, ElementsAre(1, 6, 6));
}

TEST_F(BatcherTest, RowsThatHaveNothingInCommonAreAnsweredOneAfterAnother) {
  scorer.per_row = microseconds(50);
  HeldPool pool;
  Batcher batcher = make({}, &pool, microseconds(50));
  std::vector<Caller> callers(4);
  for (Caller& caller : callers) send(batcher, caller, {{1, 1}});
  for (std::size_t answered = 1; answered <= callers.size(); ++answered) {
    loop.run_round();
    for (std::size_t i = 0; i < callers.size(); ++i) EXPECT_EQ(callers[i].answers, i < answered ? 1 : 0) << i;
  }
  EXPECT_TRUE(pool.jobs.empty());
  EXPECT_TRUE(batcher.idle());
}

TEST_F(BatcherTest, NothingIsScoredBesideATurnUnlessAProcessorIsSpare) {
  for (const bool spare : {false, true}) {
    HeldPool pool;
    pool.idle = spare;
    scorer.fixed = microseconds(200);
    scorer.per_row = microseconds(10);
    scorer.calls.clear();
    Batcher batcher = make({}, &pool, microseconds(10), microseconds(200));
    std::vector<Caller> before(10);
    for (Caller& caller : before) send(batcher, caller, {{1, 1}});
    loop.run_round();
    ASSERT_EQ(pool.jobs.size(), 1U);
    Caller cheap;
    send(batcher, cheap, {{1, 1}});
    loop.run_round();
    EXPECT_EQ(cheap.answers, spare ? 1 : 0);
    pool.run_first();
    while (!batcher.idle()) loop.run_round();
    EXPECT_EQ(cheap.answers, 1);
    EXPECT_THAT(scorer.calls, spare ? ElementsAre(1, 10) : ElementsAre(10, 1));
  }
}

TEST_F(BatcherTest, AnIdleThreadOfThePoolGetsATurnBesideTheOneThatIsOut) {
  HeldPool pool;
  pool.idle = true;
  scorer.per_row = milliseconds(1);
  Batcher batcher = make({}, &pool, milliseconds(1));
  std::vector<Caller> callers(3);
  for (Caller& caller : callers) {
    send(batcher, caller, {{1, 1}});
    loop.run_round();
  }
  EXPECT_EQ(pool.jobs.size(), 2U) << "a lane has two turns at most";
  while (!batcher.idle()) pool.run_first(), loop.run_round();
}

TEST_F(BatcherTest, NothingIsScoredForWhoHasGoneWhileHeWaited) {
  HeldPool pool;
  scorer.per_row = milliseconds(1);
  Batcher batcher = make({}, &pool, milliseconds(1));
  std::vector<Caller> callers(4);
  for (Caller& caller : callers) {
    send(batcher, caller, {{1, 2}});
    loop.run_round();
  }
  for (const std::size_t gone : {1, 3}) callers[gone].is(batching::Caller::gone);
  while (!batcher.idle()) pool.run_first(), loop.run_round();
  EXPECT_THAT(scorer.calls, ElementsAre(1, 1)) << "his who was being scored already, and the one's who stayed";
  for (const std::size_t gone : {1, 3}) {
    EXPECT_EQ(callers[gone].answers, 1);
    EXPECT_EQ(callers[gone].outcome.status, Outcome::Status::gone);
  }
  EXPECT_THAT(callers[2].values, ElementsAre(3, 2));
}

TEST_F(BatcherTest, AllGoneIsNobodysTurn) {
  scorer.per_row = milliseconds(1);
  for (const std::size_t count : {1, 60}) {  // what fits a turn, and what does not
    HeldPool pool;
    Batcher batcher = make({}, &pool, milliseconds(1));
    std::vector<Caller> callers(count);
    for (Caller& caller : callers) {
      caller.is(batching::Caller::gone);
      send(batcher, caller, {{1, 2}});
    }
    loop.run_round();
    EXPECT_TRUE(pool.jobs.empty());
    EXPECT_TRUE(batcher.idle());
    for (const Caller& caller : callers) EXPECT_EQ(caller.outcome.status, Outcome::Status::gone);
  }
}

TEST_F(BatcherTest, WhoHasHungUpComesAfterEverybodyElse) {
  HeldPool pool;
  scorer.per_row = milliseconds(1);
  Batcher batcher = make({}, &pool, milliseconds(1));
  std::vector<Caller> callers(5);
  callers[4].priority = kLastPriority;
  for (Caller& caller : callers) send(batcher, caller, {{1, 2}});
  for (const std::size_t early : {0, 1}) callers[early].is(batching::Caller::hung_up);
  std::vector<std::size_t> order;
  loop.run_round();
  while (!batcher.idle()) {
    pool.run_first();
    loop.run_round();
    for (std::size_t i = 0; i < callers.size(); ++i) {
      if (callers[i].answers != 0 && std::find(order.begin(), order.end(), i) == order.end()) order.push_back(i);
    }
  }
  EXPECT_THAT(order, ElementsAre(2, 3, 4, 0, 1));
  for (const Caller& caller : callers) EXPECT_EQ(caller.outcome.status, Outcome::Status::scored);
}

TEST_F(BatcherTest, ABigRequestIsNotGoneOnWithForNobody) {
  HeldPool pool;
  scorer.per_row = milliseconds(1);
  Batcher batcher = make({}, &pool, milliseconds(1));
  Caller big;
  Caller another;
  const std::vector<std::array<double, 2>> rows(20, {1, 2});
  send(batcher, big, rows);
  send(batcher, another, rows);
  loop.run_round();
  ASSERT_EQ(pool.jobs.size(), 1U);
  big.is(batching::Caller::gone);
  another.is(batching::Caller::gone);
  pool.run_first();
  loop.run_round();
  EXPECT_TRUE(batcher.idle());
  EXPECT_THAT(scorer.calls, ElementsAre(6)) << "one slice of the first";
  EXPECT_EQ(big.outcome.status, Outcome::Status::gone);
  EXPECT_EQ(another.outcome.status, Outcome::Status::gone);
}

TEST_F(BatcherTest, TheUrgentGoFirstWhereNotAllFit) {
  HeldPool pool;
  scorer.fixed = milliseconds(6);
  scorer.per_row = milliseconds(1);
  Batcher batcher = make({.slo = milliseconds(40)}, &pool, milliseconds(1), milliseconds(6));  // six rows a turn
  std::vector<Caller> callers(9);
  const std::array<Priority, 9> priorities{0, 100, 0, 1, 50, 60, 1, 49, 51};
  for (std::size_t i = 0; i < callers.size(); ++i) {
    callers[i].priority = priorities[i];
    send(batcher, callers[i], {{static_cast<double>(i), 2}});
  }
  loop.run_round();
  pool.run_first();
  loop.run_round();
  for (const std::size_t first : {3, 6, 7, 0, 2, 4}) EXPECT_EQ(callers[first].answers, 1) << first;
  for (const std::size_t later : {1, 5, 8}) EXPECT_EQ(callers[later].answers, 0) << later;
  while (!batcher.idle()) pool.run_first(), loop.run_round();
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const auto x = static_cast<double>(i);
    EXPECT_THAT(callers[i].values, ElementsAre(x + 2, 2 * x));
  }
}

TEST_F(BatcherTest, TextsOfRowsThatWaitComeAlong) {
  HeldPool pool;
  TextScorer texts;
  Batcher batcher(2, 2, loop, texts, Policy({.slo = milliseconds(20)}, CostModel(core::Duration(0), milliseconds(1))),
                  &pool, observed, {1});
  std::vector<Caller> callers(200);
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < callers.size(); ++i) {
    callers[i].priority = static_cast<Priority>(100 - i / 2);
    const std::size_t first = batcher.rows().rows();
    double* const row = batcher.rows().append_row();
    sent.push_back(std::string(100, 'x') + std::to_string(i));
    row[0] = static_cast<double>(i);
    row[1] = batcher.rows().put_text(sent.back());
    ASSERT_EQ(batcher.submit(callers[i], first), Admission::accepted);
    if (i % 5 == 0) loop.run_round();
    if (i % 20 == 0 && !pool.jobs.empty()) pool.run_first();
  }
  while (!batcher.idle()) {
    if (!pool.jobs.empty()) pool.run_first();
    loop.run_round();
  }
  for (std::size_t i = 0; i < callers.size(); ++i) {
    ASSERT_THAT(callers[i].values, ElementsAre(static_cast<double>(i), static_cast<double>(sent[i].size())));
  }
  std::sort(texts.seen.begin(), texts.seen.end());
  std::sort(sent.begin(), sent.end());
  EXPECT_EQ(texts.seen, sent);
}

TEST_F(BatcherTest, AHugeRequestIsScoredInSlicesThatFitTheObjective) {
  scorer.per_row = microseconds(100);
  Batcher batcher = make({.slo = milliseconds(20)}, nullptr, microseconds(100));
  Caller bulk;
  std::vector<std::array<double, 2>> rows(450, {1.0, 2.0});
  send(batcher, bulk, rows);
  while (loop.run_round() != 0) EXPECT_TRUE(bulk.answers == 0 || batcher.idle());
  EXPECT_EQ(bulk.answers, 1);
  EXPECT_EQ(bulk.values.size(), 900U);
  EXPECT_EQ(bulk.outcome.scoring, milliseconds(45));
  ASSERT_GE(scorer.calls.size(), 5U);
  for (const std::size_t n : scorer.calls) EXPECT_LE(n, 61U);
}

TEST_F(BatcherTest, AnAnswerMaySubmitTheNextRequest) {
  struct Chain : Caller {
    Batcher* batcher = nullptr;
    int left = 3;
  } chain;
  Batcher batcher = make();
  chain.batcher = &batcher;
  chain.done = [](Ticket& ticket, const Outcome&) {
    auto& self = static_cast<Chain&>(ticket);
    ++self.answers;
    if (self.left-- == 0) return;
    const std::size_t first = self.batcher->rows().rows();
    double* row = self.batcher->rows().append_row();
    row[0] = row[1] = 1;
    EXPECT_EQ(self.batcher->submit(self, first), Admission::accepted);
  };
  send(batcher, chain, {{1, 1}});
  while (loop.run_round() != 0) {
  }
  EXPECT_EQ(chain.answers, 4);
  EXPECT_TRUE(batcher.idle());
}

TEST_F(BatcherTest, RandomTrafficAnswersEveryoneOnceWithTheirOwnNumbers) {
  ScoringPool pool(2);
  std::mt19937 random(7);
  Batcher batcher = make({.inline_limit = microseconds(30)}, &pool, microseconds(10));
  std::vector<Caller> callers(2000);
  std::vector<bool> accepted(callers.size());
  for (std::size_t i = 0; i < callers.size(); ++i) {
    std::vector<std::array<double, 2>> rows(1 + random() % 6);
    for (std::size_t r = 0; r < rows.size(); ++r) rows[r] = {static_cast<double>(i), static_cast<double>(r)};
    callers[i].begun = random() % 8 == 0;
    accepted[i] = send(batcher, callers[i], rows) == Admission::accepted;
    if (random() % 4 == 0) loop.run_round();
  }
  while (!batcher.idle()) {
    if (loop.run_round() == 0) loop.wait_and_run();
  }
  for (std::size_t i = 0; i < callers.size(); ++i) {
    ASSERT_EQ(callers[i].answers, accepted[i] ? 1 : 0);
    for (std::size_t r = 0; r < callers[i].values.size() / 2; ++r) {
      ASSERT_EQ(callers[i].values[2 * r], static_cast<double>(i + r));
      ASSERT_EQ(callers[i].values[2 * r + 1], static_cast<double>(i * r));
    }
  }
}

}  // namespace
}  // namespace pelton::batching
