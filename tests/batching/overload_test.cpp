#include "batching/overload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "batching/fair_queue.hpp"
#include "batching/waiting_list.hpp"

namespace pelton::batching {
namespace {

using std::chrono::milliseconds;

core::TimePoint at(int ms) { return core::TimePoint(milliseconds(ms)); }

constexpr Overload::Left kStanding{
    .oldest_wait = milliseconds(10), .objective = milliseconds(20), .batch_rows = 100, .least_rows = 40};
constexpr Overload::Left kNothing{
    .oldest_wait = milliseconds(0), .objective = milliseconds(20), .batch_rows = 100, .least_rows = 40};

Overload overloaded() {
  Overload overload;
  for (int ms = 0; ms <= 100; ms += 10) overload.taken(at(ms), kStanding);
  return overload;
}

TEST(Overload, IsAQueueThatStandsForAnInterval) {
  Overload overload;
  for (int ms = 0; ms < 100; ms += 10) {
    overload.taken(at(ms), kStanding);
    EXPECT_FALSE(overload.active()) << ms;
  }
  overload.taken(at(100), kStanding);
  EXPECT_TRUE(overload.active());
  EXPECT_EQ(overload.limit(), 100U);
}

TEST(Overload, IsNotABurstThatClears) {
  Overload overload;
  for (int ms = 0; ms < 1000; ms += 10) {
    if (ms % 90 == 0) {
      overload.cleared();
    } else {
      overload.taken(at(ms), kStanding);
    }
    ASSERT_FALSE(overload.active()) << ms;
  }
}

TEST(Overload, TheLimitFollowsTheDelay) {
  Overload overload = overloaded();
  const auto window = [&](int ms, core::Duration delay) {
    for (int i = 0; i < 50; ++i) overload.answered(delay);
    overload.refused(at(ms));
    overload.taken(at(ms), kNothing);
  };
  window(200, milliseconds(16));
  EXPECT_EQ(overload.limit(), 80U) << "late answers";
  window(300, milliseconds(15));
  EXPECT_EQ(overload.limit(), 85U) << "all in time, and some refused";
  for (int ms = 400; ms < 4000; ms += 100) window(ms, milliseconds(15));
  EXPECT_EQ(overload.limit(), 200U) << "two batches at the most";
  for (int ms = 4000; ms < 9000; ms += 100) window(ms, milliseconds(30));
  EXPECT_EQ(overload.limit(), 40U) << "what is worth a turn at the least";
}

TEST(Overload, EndsOnceNothingHadToBeRefused) {
  Overload overload = overloaded();
  overload.refused(at(300));
  overload.look(at(800));
  EXPECT_TRUE(overload.active());
  overload.look(at(801));
  EXPECT_FALSE(overload.active());
}

TEST(WaitingList, GivesTheMostUrgentAndKeepsCount) {
  WaitingList list;
  EXPECT_EQ(list.front(false), nullptr);
  EXPECT_EQ(list.back(), nullptr);
  EXPECT_EQ(list.oldest(), core::TimePoint::max());
  std::vector<Ticket> tickets(6);
  const std::vector<Priority> priorities{0, 100, 1, 50, 65, 1};
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    tickets[i].priority = priorities[i];
    tickets[i].rows = i + 1;
    tickets[i].entered = at(static_cast<int>(i));
    list.push(tickets[i]);
  }
  EXPECT_EQ(list.rows(), 21U);
  EXPECT_EQ(list.rows_up_to(1), 9U);
  EXPECT_EQ(list.rows_up_to(0), 14U) << "the middle is 50";
  EXPECT_EQ(list.rows_up_to(100), 21U);
  EXPECT_EQ(list.front(false), &tickets[2]);
  EXPECT_EQ(list.front(true), &tickets[5]);
  EXPECT_EQ(list.back(), &tickets[1]);
  EXPECT_EQ(list.oldest(), at(0));
  list.remove(tickets[0]);
  EXPECT_EQ(list.oldest(), at(1));
  std::vector<std::size_t> order;
  for (Ticket* ticket = list.take_all(); ticket != nullptr; ticket = ticket->next) order.push_back(ticket->rows);
  EXPECT_EQ(order, (std::vector<std::size_t>{3, 6, 4, 5, 2}));
  EXPECT_TRUE(list.empty());
}

struct Turn final : Job {
  using Job::Job;
  void run(std::size_t) noexcept override {}
};

TEST(FairQueue, TwoThatAlwaysWantTurnsHaveTheSameTime) {
  FairQueue queue;
  Flow dear_flow;
  Flow cheap_flow;
  Turn dear(dear_flow);
  Turn cheap(cheap_flow);
  dear.cost = milliseconds(9);
  cheap.cost = milliseconds(1);
  core::Duration dear_time{0};
  core::Duration cheap_time{0};
  queue.push(dear);
  queue.push(cheap);
  for (int i = 0; i < 1000; ++i) {
    Job* const job = queue.pop();
    (job == &dear ? dear_time : cheap_time) += job->cost;
    queue.push(*job);
    ASSERT_LE(std::max(dear_time, cheap_time) - std::min(dear_time, cheap_time), milliseconds(10));
  }
}

TEST(FairQueue, IdlenessSavesNothingUp) {
  FairQueue queue;
  Flow busy_flow;
  Flow idle_flow;
  Turn busy(busy_flow);
  Turn idle(idle_flow);
  busy.cost = idle.cost = milliseconds(1);
  for (int i = 0; i < 100; ++i) {
    queue.push(busy);
    ASSERT_EQ(queue.pop(), &busy);
  }
  queue.push(busy);
  queue.push(idle);
  int in_a_row = 0;
  while (queue.pop() == &idle) {
    queue.push(idle);
    ASSERT_LE(++in_a_row, 1);
  }
}

TEST(FairQueue, WhatATurnTookBeyondWhatWasExpectedIsChargedToTheNext) {
  FairQueue queue;
  Flow liar_flow;
  Flow honest_flow;
  Turn liar(liar_flow);
  Turn honest(honest_flow);
  liar.cost = milliseconds(1);
  liar.correction = milliseconds(9);  // every turn takes ten
  honest.cost = milliseconds(10);
  int liar_turns = 0;
  queue.push(liar);
  queue.push(honest);
  for (int i = 0; i < 100; ++i) {
    Job* const job = queue.pop();
    if (job == &liar) ++liar_turns;
    queue.push(*job);
  }
  EXPECT_NEAR(liar_turns, 50, 2);
}

}  // namespace
}  // namespace pelton::batching
