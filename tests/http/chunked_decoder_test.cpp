#include "http/chunked_decoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pelton::http {
namespace {

struct Decoded {
  ChunkedDecoder::Outcome outcome;
  std::string body;
  std::size_t consumed = 0;
  int status = 0;
};

Decoded decode(std::string_view bytes, std::size_t piece, const Limits& limits = {}) {
  ChunkedDecoder decoder;
  Refusal refusal;
  Decoded all{ChunkedDecoder::Outcome::need_more, {}};
  while (all.consumed < bytes.size() && all.outcome == ChunkedDecoder::Outcome::need_more) {
    const std::string_view in = bytes.substr(all.consumed, piece);
    std::string out(in.size(), '\0');
    const auto progress = decoder.decode(in.data(), in.size(), out.data(), limits, refusal);
    all.body.append(out, 0, progress.produced);
    all.consumed += progress.consumed;
    all.outcome = progress.outcome;
  }
  all.status = refusal.status;
  return all;
}

TEST(ChunkedDecoder, GivesTheSameHoweverTheBytesAreSplit) {
  for (const std::string_view bytes :
       {"5\r\nhello\r\n7;a=b;c=\"d\\\"e\"\r\n, world\r\n000\r\nX: y\r\nZ:\r\n\r\nnext", "0\r\n\r\n", "3\r\nabcX",
        "4;\r\n", "5\r\nhello\r\n0\r\nHost: x\r\n\r\n", "zz\r\n", "a\r\n0123"}) {
    const Decoded whole = decode(bytes, bytes.size());
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
      const Decoded split = decode(bytes, piece);
      EXPECT_EQ(split.outcome, whole.outcome) << bytes << " by " << piece;
      EXPECT_EQ(split.body, whole.body);
      EXPECT_EQ(split.consumed, whole.consumed);
      EXPECT_EQ(split.status, whole.status);
    }
  }
}

TEST(ChunkedDecoder, StopsAtTheEndOfTheBody) {
  const std::string_view bytes = "5\r\nhello\r\n0\r\nX: y\r\n\r\nGET";
  const Decoded decoded = decode(bytes, bytes.size());
  EXPECT_EQ(decoded.outcome, ChunkedDecoder::Outcome::complete);
  EXPECT_EQ(decoded.body, "hello");
  EXPECT_EQ(bytes.substr(decoded.consumed), "GET");
}

TEST(ChunkedDecoder, DecodesInPlace) {
  std::string bytes = "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n";
  ChunkedDecoder decoder;
  Refusal refusal;
  const auto progress = decoder.decode(bytes.data(), bytes.size(), bytes.data(), Limits{}, refusal);
  EXPECT_EQ(progress.outcome, ChunkedDecoder::Outcome::complete);
  EXPECT_EQ(bytes.substr(0, progress.produced), "abcde");
}

TEST(ChunkedDecoder, RefusesAtTheLimitsAndNotBefore) {
  Limits limits;
  limits.body_bytes = 8;
  limits.chunk_extension_bytes = 8;
  limits.trailer_bytes = 10;
  const auto status = [&](const std::string& bytes) { return decode(bytes, 3, limits).status; };
  EXPECT_EQ(status("4\r\nabcd\r\n4\r\nabcd\r\n0\r\n\r\n"), 0);
  EXPECT_EQ(status("4\r\nabcd\r\n5\r\n"), 413);
  EXPECT_EQ(status("ffffffffffffff\r\n"), 413);
  EXPECT_EQ(status("0000000000000000"), 400);
  EXPECT_EQ(status("1;abc\r\na\r\n0\r\n\r\n"), 0);
  EXPECT_EQ(status("1;abc\r\na\r\n1;abc\r\n"), 400);
  EXPECT_EQ(status("0\r\nA: bcd\r\n\r\n"), 0);
  EXPECT_EQ(status("0\r\nA: bcdefghij\r\n\r\n"), 431);
  EXPECT_EQ(status("0\r\nA:\r\nB:\r\nC:\r\nD:\r\n"), 431);
}

TEST(ChunkedDecoder, KnowsTrailersThatMayNotBe) {
  for (const char* name : {"Host", "content-length", "CONTENT_TYPE", "Transfer-Encoding", "Authorization", "Cookie",
                           "TE", "X-Forwarded-For", "Trailer"}) {
    const std::string bytes = std::string("0\r\n") + name + ": x\r\n\r\n";
    EXPECT_EQ(decode(bytes, bytes.size()).status, 400) << name;
  }
  for (const char* name : {"X-Checksum", "Server-Timing", "A-Very-Long-Name-Of-A-Harmless-Trailer"}) {
    const std::string bytes = std::string("0\r\n") + name + ": x\r\n\r\n";
    EXPECT_EQ(decode(bytes, bytes.size()).outcome, ChunkedDecoder::Outcome::complete) << name;
  }
}

}  // namespace
}  // namespace pelton::http
