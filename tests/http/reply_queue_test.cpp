#include "http/reply_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pelton::http {
namespace {

class ReplyQueueTest : public testing::Test {
 protected:
  void answer(std::uint64_t sequence, std::string_view body, const ReplyHead& head = {}, bool closes = false) {
    queue.begin(sequence, head, closes).append(body);
    queue.finish();
  }
  std::string take() {
    std::string bytes(queue.unsent());
    queue.sent(bytes.size());
    return bytes;
  }
  /// What an answer of this body looks like.
  static std::string reply(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: "
           "application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  ReplyShared shared{8};
  ReplyQueue queue{shared};
};

TEST_F(ReplyQueueTest, WritesTheHeadRoundTheBody) {
  for (const std::size_t size : {0, 1, 9, 10, 99, 100, 12345}) {
    const std::string body(size, 'x');
    answer(queue.admit({}), body);
    EXPECT_EQ(take(), reply(body));
  }
}

TEST_F(ReplyQueueTest, SaysWhatTheHeadAsksFor) {
  answer(queue.admit({.http11 = false}), "x",
         {.status = 503, .content_type = "text/plain", .headers = "Retry-After: 1\r\n"});
  EXPECT_EQ(take(),
            "HTTP/1.1 503 Service Unavailable\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
            "Retry-After: 1\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx");
  answer(queue.admit({}), "x", {.status = 304}, true);
  EXPECT_EQ(take(), "HTTP/1.1 304 Not Modified\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(queue.closing());
}

TEST_F(ReplyQueueTest, DatesByTheSecond) {
  shared.set_date(784111777);
  EXPECT_EQ(shared.date_line(), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  shared.set_date(4102444799);
  EXPECT_EQ(shared.date_line(), "Date: Thu, 31 Dec 2099 23:59:59 GMT\r\n");
}

TEST_F(ReplyQueueTest, EveryOrderOfAnsweringGivesTheOrderOfAsking) {
  std::vector<std::uint64_t> order{0, 1, 2, 3, 4};
  do {
    ReplyQueue each(shared);
    std::string sent;
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(each.admit({}), i);
    for (const std::uint64_t sequence : order) {
      each.begin(sequence, {}, false).append(std::to_string(sequence));
      each.finish();
      sent += each.unsent();
      each.sent(each.unsent().size());
    }
    EXPECT_EQ(sent, reply("0") + reply("1") + reply("2") + reply("3") + reply("4"));
    EXPECT_EQ(each.waiting(), 0U);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(ReplyQueueTest, CountsRoundAndRound) {
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t first = queue.admit({});
    const std::uint64_t second = queue.admit({});
    const std::uint64_t third = queue.admit({});
    answer(second, "b");
    EXPECT_EQ(take(), "");
    answer(first, "a");
    EXPECT_EQ(take(), reply("a") + reply("b"));
    answer(third, "c");
    EXPECT_EQ(take(), reply("c"));
  }
}

TEST_F(ReplyQueueTest, AnUnfinishedAnswerIsNotSent) {
  const std::uint64_t first = queue.admit({});
  const std::uint64_t second = queue.admit({});
  answer(first, "a");
  queue.begin(second, {}, false).append("half");
  EXPECT_EQ(take(), reply("a"));
  queue.finish();
  EXPECT_EQ(take(), reply("half"));
}

TEST_F(ReplyQueueTest, WhatIsTakenBackWasNeverThere) {
  const std::uint64_t first = queue.admit({});
  const std::uint64_t second = queue.admit({});
  queue.begin(second, {}, true).append("half");
  queue.take_back(first);
  EXPECT_TRUE(queue.begun()) << "it is another's";
  queue.take_back(second);
  EXPECT_FALSE(queue.begun());
  answer(second, "b");
  queue.begin(first, {.status = 404}, false).append("half");
  queue.take_back(first);
  answer(first, "a");
  EXPECT_EQ(take(), reply("a") + reply("b"));
  EXPECT_FALSE(queue.closing());

  const std::uint64_t stream = queue.admit({});
  queue.begin_stream(stream, {}, false);
  queue.begin_piece().append("one");
  queue.end_piece();
  queue.begin_piece().append("half");
  queue.take_back(stream);
  queue.begin_piece().append("two");
  queue.end_piece();
  queue.finish_stream(true, false);
  EXPECT_THAT(take(), testing::EndsWith("\r\n\r\n00000003\r\none\r\n00000003\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(ReplyQueueTest, AnInterimAnswerWaitsForItsTurn) {
  queue.add_interim();
  EXPECT_EQ(take(), "HTTP/1.1 100 Continue\r\n\r\n");
  const std::uint64_t first = queue.admit({});
  queue.add_interim();
  EXPECT_EQ(take(), "");
  const std::uint64_t second = queue.admit({});
  answer(second, "b");
  answer(first, "a");
  EXPECT_EQ(take(), reply("a") + "HTTP/1.1 100 Continue\r\n\r\n" + reply("b"));
}

TEST_F(ReplyQueueTest, PartsThatAreSentSlowlyDoNotPileUp) {
  const std::string body(100000, 'x');
  std::string expected;
  std::string sent;
  for (int i = 0; i < 50; ++i) {
    answer(queue.admit({}), body);
    expected += reply(body);
    const std::string_view part = queue.unsent().substr(0, reply(body).size() - 10);
    sent += part;
    queue.sent(part.size());
  }
  sent += take();
  EXPECT_EQ(sent, expected);
}

}  // namespace
}  // namespace pelton::http
