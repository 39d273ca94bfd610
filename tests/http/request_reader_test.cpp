#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace pelton::http {
namespace {

/// All requests that a reader makes of `bytes` given in pieces, as text; a refusal ends them.
std::vector<std::string> read(std::string_view bytes, std::size_t piece, const Limits& limits = {}) {
  ReaderShared shared(limits);
  RequestReader reader(shared);
  std::vector<std::string> requests;
  RequestHead head;
  while (!bytes.empty()) {
    reader.make_room();
    const std::size_t n = std::min({piece, bytes.size(), reader.free()});
    EXPECT_GT(n, 0U);
    std::memcpy(reader.tail(), bytes.data(), n);
    reader.added(n);
    bytes.remove_prefix(n);
    for (;;) {
      RequestReader::Next next = reader.next(head);
      if (next == RequestReader::Next::body_ahead) next = reader.collect(head);
      if (next == RequestReader::Next::need_more) break;
      if (next == RequestReader::Next::refused) {
        requests.push_back(std::to_string(reader.refusal().status));
        return requests;
      }
      requests.push_back(std::string(head.view.method) + " " + std::string(head.view.target) + " " +
                         std::string(head.view.host) + " " + std::to_string(head.view.headers.size()) + " " +
                         std::string(head.view.body));
    }
  }
  if (!reader.idle()) requests.push_back("unfinished");
  return requests;
}

const std::string kStream =
    "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nX: y\r\n\r\n"
    "POST /d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    "GET /e HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n";

TEST(RequestReader, MakesTheSameRequestsHoweverTheBytesAreSplit) {
  const std::vector<std::string> expected{"GET /a h 1 ", "POST /b h 2 hello", "POST /c h 2 abcdefg", "POST /d h 2 ",
                                          "GET /e h 2 "};
  for (std::size_t piece = 1; piece <= kStream.size(); ++piece) EXPECT_EQ(read(kStream, piece), expected) << piece;
}

TEST(RequestReader, RefusesTheSameHoweverTheBytesAreSplit) {
  for (const char* bad : {"GET /x#y HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n",
                          "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
                          "POST /x HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"}) {
    const std::string bytes = kStream + bad + kStream;
    const std::vector<std::string> whole = read(bytes, bytes.size());
    EXPECT_EQ(whole.back(), "400");
    for (const std::size_t piece : {1, 2, 3, 7, 64}) EXPECT_EQ(read(bytes, piece), whole) << piece;
  }
}

TEST(RequestReader, KeepsALargeHeadWhileItsBodyArrives) {
  const std::string header(15000, 'v');
  std::string body(200000, 'b');
  const std::string bytes = "POST /x HTTP/1.1\r\nHost: h\r\nX: " + header +
                            "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body + kStream;
  for (const std::size_t piece : {100, 1500, 70000, 300000}) {
    const std::vector<std::string> requests = read(bytes, piece);
    ASSERT_EQ(requests.size(), 6U);
    EXPECT_EQ(requests[0], "POST /x h 3 " + body);
  }
}

TEST(RequestReader, APromisedBodyCostsNothingUntilItComes) {
  ReaderShared shared(Limits{});
  RequestReader reader(shared);
  const std::string_view head_bytes = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 60000000\r\n\r\n";
  reader.make_room();
  std::memcpy(reader.tail(), head_bytes.data(), head_bytes.size());
  reader.added(head_bytes.size());
  RequestHead head;
  EXPECT_EQ(reader.next(head), RequestReader::Next::body_ahead);
  EXPECT_EQ(reader.collect(head), RequestReader::Next::need_more);
  EXPECT_TRUE(reader.in_body());
  reader.make_room();
  EXPECT_LE(reader.free(), InputPool::kSmallest);
}

TEST(RequestReader, ABodyMayBeReadBeyondItsEnd) {
  ReaderShared shared(Limits{});
  for (const std::size_t size : {1, 1470, 1471, 1472, 1473, 32000}) {
    RequestReader reader(shared);
    const std::string bytes =
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
    RequestHead head;
    std::size_t at = 0;
    RequestReader::Next next = RequestReader::Next::need_more;
    while (next == RequestReader::Next::need_more) {
      reader.make_room();
      const std::size_t n = std::min(reader.free(), bytes.size() - at);
      std::memcpy(reader.tail(), bytes.data() + at, n);
      reader.added(n);
      at += n;
      next = reader.next(head);
    }
    ASSERT_EQ(next, RequestReader::Next::request);
    unsigned sum = 0;  // the address sanitizer watches these reads
    for (std::size_t i = 0; i < kBodyPadding; ++i)
      sum += static_cast<unsigned char>(*(head.view.body.data() + size + i));
    EXPECT_LT(sum, 256U * kBodyPadding);
  }
}

}  // namespace
}  // namespace pelton::http
