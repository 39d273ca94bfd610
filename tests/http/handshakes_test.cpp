#include "http/handshakes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "support/manual_loop.hpp"

namespace pelton::http {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

class HandshakesTest : public testing::Test {
 protected:
  struct Guest : Handshakes::Guest {
    Guest(Handshakes& all, std::string its_name, std::vector<std::string>& said)
        : Handshakes::Guest(all), name(std::move(its_name)), log(said) {}
    void on_turn() override { log.push_back(name + " begins"); }
    void on_crowded_out() override {
      log.push_back(name + " goes");
      gone->reset();
    }
    std::string name;
    std::vector<std::string>& log;
    std::unique_ptr<Guest>* gone = nullptr;
  };
  std::unique_ptr<Guest> guest(const std::string& name) { return std::make_unique<Guest>(all, name, log); }

  core::ManualClock clock;
  pelton::test::ManualLoop loop{clock};
  Handshakes all{loop, 2};
  std::vector<std::string> log;
  core::TimePoint now{};
};

TEST_F(HandshakesTest, LetOnlySoManyBeUnderWayAndTheRestWaitInOrder) {
  auto a = guest("a");
  auto b = guest("b");
  auto c = guest("c");
  auto d = guest("d");
  EXPECT_TRUE(all.enter(*a, now));
  EXPECT_TRUE(all.enter(*b, now));
  EXPECT_FALSE(all.enter(*c, now));
  EXPECT_FALSE(all.enter(*d, now));
  loop.run_round();
  EXPECT_THAT(log, IsEmpty());
  b.reset();
  EXPECT_TRUE(c->waits());
  loop.run_round();
  EXPECT_THAT(log, ElementsAre("c begins"));
  EXPECT_TRUE(c->under_way());
  d.reset();  // whoever waits may go, too
  a.reset();
  loop.run_round();
  EXPECT_THAT(log, ElementsAre("c begins"));
}

TEST_F(HandshakesTest, NobodyOvertakesThoseWhoWait) {
  auto a = guest("a");
  auto b = guest("b");
  auto c = guest("c");
  auto d = guest("d");
  EXPECT_TRUE(all.enter(*a, now));
  EXPECT_TRUE(all.enter(*b, now));
  EXPECT_FALSE(all.enter(*c, now));
  a.reset();
  EXPECT_FALSE(all.enter(*d, now + milliseconds(1))) << "c's turn is called, and comes first";
  loop.run_round();
  EXPECT_THAT(log, ElementsAre("c begins"));
}

TEST_F(HandshakesTest, CrowdOutOnlyTheSlowAndOnlyForOthers) {
  auto a = guest("a");
  a->gone = &a;
  auto b = guest("b");
  b->gone = &b;
  all.enter(*a, now);
  all.enter(*b, now + milliseconds(500));
  all.look(now + milliseconds(5000));
  EXPECT_THAT(log, IsEmpty()) << "nobody waits";
  auto c = guest("c");
  EXPECT_FALSE(all.enter(*c, now + milliseconds(900)));
  all.look(now + milliseconds(900));
  EXPECT_THAT(log, IsEmpty());
  all.look(now + milliseconds(1100));
  EXPECT_THAT(log, ElementsAre("a goes")) << "one makes room for one";
  loop.run_round();
  EXPECT_THAT(log, ElementsAre("a goes", "c begins"));
  EXPECT_NE(b, nullptr);
}

TEST_F(HandshakesTest, BeginAFewARound) {
  Handshakes roomy(loop, 100);
  std::vector<std::unique_ptr<Guest>> guests;
  int begun = 0;
  for (int i = 0; i < 20; ++i) {
    guests.push_back(std::make_unique<Guest>(roomy, std::to_string(i), log));
    begun += roomy.enter(*guests.back(), now) ? 1 : 0;
  }
  EXPECT_EQ(begun, Handshakes::kBegunAtOnce);
  loop.run_round();
  EXPECT_EQ(log.size(), 8U);
  loop.run_round();
  EXPECT_EQ(log.size(), 12U);
  loop.run_round();
  EXPECT_EQ(log.size(), 12U);
  EXPECT_EQ(log.front(), "8 begins");
  EXPECT_EQ(log.back(), "19 begins");
}

}  // namespace
}  // namespace pelton::http
