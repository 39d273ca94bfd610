// Callers who mean harm, or are broken, against the program itself: each is bounded, and everybody else is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <zlib.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "served.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

using testing::HasSubstr;

constexpr const char* kRequest = R"({"x":[2,3]})";
constexpr const char* kAnswer = R"({"result":2.0})";

std::string head_of(std::string_view lines, std::string_view target = "/predict") {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(lines) + "\r\n";
}

std::string request(std::string_view body) { return test::HttpClient::request("POST", "/predict", {}, body); }

void expect_served(const Served& served) {
  EXPECT_EQ(test::HttpClient(served.port()).post("/predict", kRequest).body, kAnswer);
}

std::string gzipped_zeros(std::size_t size) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed;
  std::vector<Bytef> zeros(1 << 20);
  std::vector<char> out(1 << 20);
  int state = Z_OK;
  for (std::size_t given = 0; state != Z_STREAM_END;) {
    if (stream.avail_in == 0 && given < size) {
      stream.next_in = zeros.data();
      stream.avail_in = static_cast<uInt>(zeros.size());
      given += zeros.size();
    }
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    state = deflate(&stream, given < size ? Z_NO_FLUSH : Z_FINISH);
    packed.append(out.data(), out.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

TEST(Hostile, ReadersThatNeverReadAreBoundedAndClosed) {
  const Served served({}, {"PELTON_TIMEOUTS_WRITE_MS=300"});
  constexpr int kReaders = 8;
  std::string asked;  // 1.7 MB an answer
  for (int i = 0; i < 200; ++i) asked += "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: test\r\n\r\n";
  std::vector<std::unique_ptr<test::HttpClient>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(std::make_unique<test::HttpClient>(served.port()));
    readers.back()->send(asked);
  }
  // Sockets may take more for a while: they are closed once nothing has moved for the time that is allowed.
  served.await_metric(R"(pelton_rejected_total{reason="slow"})", kReaders);
  expect_served(served);
  served.await_alone();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose own memory is larger
  EXPECT_LT(served.kib("VmHWM"), 128U << 10);
#endif
}

TEST(Hostile, WhatACrowdHeldIsGivenBackWhenItHasGone) {
  constexpr int kCrowd = 1'500;
  constexpr int kPatient = 50;
  const Served served;
  const auto unfinished = [&served](std::size_t bytes) {
    auto client = std::make_unique<test::HttpClient>(served.port());
    client->send(head_of("Content-Length: 200000\r\n") + std::string(bytes, ' '));
    return client;
  };
  std::vector<std::unique_ptr<test::HttpClient>> crowd;
  for (int i = 0; i < kCrowd; ++i) crowd.push_back(unfinished(20'000));
  served.await_metric("pelton_connections", kCrowd);
  while (served.kib("RssAnon") < std::size_t{kCrowd} * 22) std::this_thread::yield();
  // What came after the others stays, at the end of their arenas.
  std::vector<std::unique_ptr<test::HttpClient>> patient;
  for (int i = 0; i < kPatient; ++i) patient.push_back(unfinished(20'000));
  served.await_metric("pelton_connections", kCrowd + kPatient);
  crowd.clear();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which keep what is freed on purpose
  while (served.kib("RssAnon") > 20U << 10) std::this_thread::yield();
#endif
  expect_served(served);
}

TEST(Hostile, AClaimOfAGibibyteIsRefusedBeforeItComes) {
  const Served served;
  test::HttpClient client(served.port());
  client.send(head_of("Content-Length: 1073741824\r\n"));
  const test::Reply reply = client.receive();
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("longer than the limit"));
  expect_served(served);
}

TEST(Hostile, ChunksWithoutEndAreRefusedAtTheLimit) {
  const Served served({}, {"PELTON_LIMITS_BODY_BYTES=3000000", "PELTON_LIMITS_STREAM_BYTES=3000000"});
  const std::string chunk = "1000\r\n" + std::string(4096, ' ') + "\r\n";
  for (const char* target : {"/predict", "/predict?stream=true"}) {
    test::HttpClient client(served.port());
    client.send(head_of("Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n", target));
    std::thread sender([&] {
      try {
        for (;;) client.send(chunk);
      } catch (const std::runtime_error&) {
        return;  // refused, and read away for as long as that lasts
      }
    });
    EXPECT_EQ(client.receive().status, 413) << target;
    expect_served(served);
    sender.join();
  }
}

TEST(Hostile, AGzipBombDoesNotGoOff) {
  const Served served;
  const std::string bomb = gzipped_zeros(64 << 20);
  const std::string length = "Content-Length: " + std::to_string(bomb.size()) + "\r\n";
  for (int i = 0; i < 4; ++i) {
    test::HttpClient client(served.port());
    client.send(head_of("Content-Encoding: gzip\r\n" + length) + bomb);
    EXPECT_EQ(client.receive().status, 413);
  }
  expect_served(served);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose own memory is larger
  EXPECT_LT(served.kib("VmHWM"), 160U << 10);
#endif
}

TEST(Hostile, DepthsOfJsonAreRefused) {
  const Served served;
  test::HttpClient client(served.port());
  for (const char* inner : {"[", "{\"x\":", "[{\"a\":"}) {
    std::string body = "{\"x\":";
    while (body.size() < 2'000'000) body += inner;
    EXPECT_THAT(client.post("/predict", body).status, testing::AnyOf(400, 422)) << inner;
    EXPECT_EQ(client.post("/v1/models/article:predict", "{\"instances\":" + body.substr(5)).status, 400) << inner;
    EXPECT_EQ(client.post("/v2/models/article/infer", "{\"inputs\":" + body.substr(5)).status, 400) << inner;
  }
  EXPECT_EQ(client.post("/predict", "{\"x\":" + std::string(2'000'000, '[')).status, 400);
  EXPECT_EQ(client.post("/predict", kRequest).body, kAnswer);
}

TEST(Hostile, AFloodOfPipelinedRequestsIsAnsweredInOrder) {
  const Served served;
  constexpr int kRequests = 20'000;
  std::string flood;
  for (int i = 0; i < kRequests; ++i) flood += request("{\"x\":[" + std::to_string(i) + ",0]}");
  test::HttpClient client(served.port());
  std::thread sender([&] { client.send(flood); });
  for (int i = 0; i < kRequests; ++i) {
    const test::Reply reply = client.receive();
    ASSERT_EQ(reply.status, 200) << i;
    // The article's model is (x1 + x2 - 1) / 2.
    ASSERT_NEAR(std::stod(reply.body.substr(sizeof(R"({"result":)") - 1)), (i - 1) / 2.0, 1e-6) << i;
  }
  sender.join();
  expect_served(served);
}

TEST(Hostile, WhoHasFinishedSendingIsAnswered) {
  const Served served;
  for (const char* target : {"/predict", "/predict?stream=true"}) {
    test::HttpClient client(served.port());
    client.send(test::HttpClient::request("POST", target, "Content-Type: application/x-ndjson\r\n", "[2,3]\n"));
    client.end_sending();
    EXPECT_EQ(client.receive().body, "{\"result\":2.0}\n") << target;
  }
}

TEST(Hostile, ResetsInTheMiddleLeaveNothingBehind) {
  const Served served;
  const std::string stream =
      head_of("Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n", "/predict?stream=true") +
      "6\r\n[2,3]\n\r\n";
  std::string rows = "[2,3]";
  for (int i = 1; i < 50'000; ++i) rows += ",[2,3]";
  for (const std::string& part :
       {std::string(), head_of("X: y\r\n").substr(0, 20), head_of("Content-Length: 10\r\n") + "{\"x\"",
        request(kRequest), request("{\"x\":[" + rows + "]}"), stream, stream + stream}) {
    for (int i = 0; i < 50; ++i) {
      test::HttpClient client(served.port());
      client.send(part);
      client.reset_when_closed();
    }
  }
  served.await_alone();
  expect_served(served);
}

TEST(Hostile, KilledAndStartedAgainItTakesTheSamePortAtOnce) {
  Served first;
  const std::string port = std::to_string(first.port());
  std::atomic<bool> over{false};
  std::atomic<int> answers{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!over) {
        try {  // as a client that tries again until it is answered
          test::HttpClient client(first.port());
          for (int n = 0; n < 100; ++n) {
            if (client.post("/predict", kRequest).body == kAnswer) ++answers;
          }
        } catch (const std::runtime_error&) {
          std::this_thread::yield();
        }
      }
    });
  }
  std::unique_ptr<Served> next;
  for (int round = 0; round < 5; ++round) {
    for (const int from = answers; answers < from + 200;) std::this_thread::yield();
    test::Process& old = next ? next->process() : first.process();
    old.signal(SIGKILL);
    EXPECT_EQ(old.wait(), 128 + SIGKILL);
    next = std::make_unique<Served>(std::vector<std::string>{"--port", port});
  }
  for (const int from = answers; answers < from + 200;) std::this_thread::yield();
  over = true;
  for (std::thread& client : clients) client.join();
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which need terabytes of addresses
TEST(Hostile, WhatNeedsMoreMemoryThanThereIsFailsAlone) {
  // 350 MB of addresses, for a program that may take bodies of 300 MB.
  Served served({"--threads", "1"}, {"PELTON_LIMITS_BODY_BYTES=300000000", "PELTON_LIMITS_ROWS=100000000"},
                {"/usr/bin/prlimit", "--as=367001600"});
  std::string block;
  while (block.size() < 1'000'000) block += ",[2,3]";
  std::string rows = "{\"x\":[[2,3]";
  while (rows.size() < 150'000'000) rows += block;
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::thread honest([&] {
    while (!over) wrong += test::HttpClient(served.port()).post("/predict", kRequest).body == kAnswer ? 0 : 1;
  });
  for (int i = 0; i < 2; ++i) {
    test::HttpClient client(served.port());
    std::thread sender([&] {
      try {
        client.send(test::HttpClient::request("POST", "/predict", {}, rows + "]}"));
      } catch (const std::runtime_error&) {
        return;  // refused before the end
      }
    });
    EXPECT_EQ(client.receive().status, 503);
    sender.join();
  }
  over = true;
  honest.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GE(served.metric(R"(pelton_rejected_total{reason="memory"})"), 2);
  served.process().signal(SIGTERM);
  EXPECT_EQ(served.process().wait(), 0);
}
#endif

}  // namespace
}  // namespace pelton
