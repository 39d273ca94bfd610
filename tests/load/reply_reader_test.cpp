#include "load/reply_reader.hpp"

#include <gtest/gtest.h>

namespace pelton::load {
namespace {

using Progress = ReplyReader::Progress;

struct Reading {
  Progress progress = Progress::more;
  std::size_t used = 0;
  int status = 0;
  bool keep_alive = false;
};

/// Feeds `bytes` in pieces of `piece`.
Reading read(std::string_view bytes, std::size_t piece, bool head_request = false) {
  ReplyReader reader;
  reader.begin(head_request);
  Reading result;
  while (result.progress == Progress::more && result.used < bytes.size()) {
    std::size_t used = 0;
    result.progress = reader.feed(bytes.substr(result.used, piece), used);
    result.used += used;
  }
  result.status = reader.status();
  result.keep_alive = reader.keep_alive();
  return result;
}

constexpr std::string_view kPlain = "HTTP/1.1 200 OK\r\nContent-Type: a\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\nA;ext=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";

TEST(ReplyReader, FindsTheEndInWhateverPiecesItComes) {
  for (const std::string_view answer : {kPlain, kChunked}) {
    const std::string bytes = std::string(answer) + "HTTP/1.1 500";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
      const Reading r = read(bytes, piece);
      EXPECT_EQ(r.progress, Progress::done) << piece;
      EXPECT_EQ(r.used, answer.size()) << piece;
      EXPECT_EQ(r.status, 200);
      EXPECT_TRUE(r.keep_alive);
    }
  }
}

TEST(ReplyReader, BodilessAnswers) {
  EXPECT_EQ(read("HTTP/1.1 204 No Content\r\n\r\n", 7).progress, Progress::done);
  EXPECT_EQ(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 7).progress, Progress::done);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 7, true).progress, Progress::done);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 7).progress, Progress::done);
  EXPECT_EQ(read("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 7).progress, Progress::done);
}

TEST(ReplyReader, InterimAnswersArePassedOver) {
  const Reading r = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx", 3);
  EXPECT_EQ(r.progress, Progress::done);
  EXPECT_EQ(r.status, 201);
  EXPECT_EQ(read("HTTP/1.1 101 Switching\r\n\r\n", 99).progress, Progress::malformed);
}

TEST(ReplyReader, SaysWhetherTheConnectionStays) {
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 99).keep_alive);
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nconnection: foo , CLOSE\r\nContent-Length: 0\r\n\r\n", 99).keep_alive);
  EXPECT_FALSE(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 99).keep_alive);
  EXPECT_TRUE(read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", 99).keep_alive);
}

TEST(ReplyReader, ABodyMayEndWithTheConnection) {
  ReplyReader reader;
  reader.begin(false);
  std::size_t used = 0;
  EXPECT_EQ(reader.finish(), Progress::malformed);
  EXPECT_FALSE(reader.started());
  EXPECT_EQ(reader.feed("HTTP/1.1 200 OK\r\n\r\nbody", used), Progress::more);
  EXPECT_EQ(used, 23u);
  EXPECT_TRUE(reader.started());
  EXPECT_EQ(reader.finish(), Progress::done);
  EXPECT_FALSE(reader.keep_alive());
}

TEST(ReplyReader, ACutAnswerIsNotComplete) {
  ReplyReader reader;
  for (std::size_t size = 0; size < kPlain.size(); ++size) {
    reader.begin(false);
    std::size_t used = 0;
    EXPECT_EQ(reader.feed(kPlain.substr(0, size), used), Progress::more);
    EXPECT_EQ(reader.finish(), Progress::malformed);
  }
}

TEST(ReplyReader, RefusesWhatIsNoAnswer) {
  for (const std::string_view bytes : {
           "SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n",
           "HTTP/2.0 200 OK\r\n\r\n",
           "HTTP/1.1 2x0 OK\r\n\r\n",
           "HTTP/1.1 099 OK\r\n\r\n",
           "HTTP/1.1 2000 OK\r\n\r\n",
           "HTTP/1.1  200 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
           "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n",
       }) {
    EXPECT_EQ(read(bytes, bytes.size()).progress, Progress::malformed) << bytes;
    EXPECT_EQ(read(bytes, 1).progress, Progress::malformed) << bytes;
  }
}

TEST(ReplyReader, AHeadHasItsBound) {
  const std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(ReplyReader::kLongestHead, 'a');
  EXPECT_EQ(read(endless, 1000).progress, Progress::malformed);
  EXPECT_EQ(read(endless + "\r\n\r\n", endless.size() + 4).progress, Progress::malformed);
  std::string trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 10'000; ++i) trailers += "Trailer: x\r\n";
  EXPECT_EQ(read(trailers, 1000).progress, Progress::malformed);
  const std::string line = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(2000, 'a');
  EXPECT_EQ(read(line, 100).progress, Progress::malformed);
}

}  // namespace
}  // namespace pelton::load
