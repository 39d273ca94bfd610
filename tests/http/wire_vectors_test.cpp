// Raw bytes over a real socket: what each request is answered, and whether the connection survives.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness.hpp"

namespace pelton::http::test {
namespace {

enum class After { open, closed };

struct Vector {
  const char* name;
  std::string raw;
  std::vector<int> statuses;
  After after;
};

/// GET / with these header lines.
std::string get(std::string_view lines) { return "GET /hello HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n"; }
/// POST /echo with these header lines, then these bytes.
std::string post(std::string_view lines, std::string_view rest) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n" + std::string(rest);
}
std::string chunked(std::string_view rest) { return post("Transfer-Encoding: chunked\r\n", rest); }
std::string line(std::string_view request_line) { return std::string(request_line) + "\r\nHost: a\r\n\r\n"; }
std::string host(std::string_view value) { return "GET /hello HTTP/1.1\r\nHost:" + std::string(value) + "\r\n\r\n"; }

const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

using std::string_literals::operator""s;

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all = {
      // What is right.
      {"get", line("GET /hello HTTP/1.1"), {200}, After::open},
      {"head", "HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n", {204}, After::open},
      {"unknown path", line("GET /missing HTTP/1.1"), {404}, After::open},
      {"options star", line("OPTIONS * HTTP/1.1"), {200}, After::open},
      {"two pipelined", line("GET /hello HTTP/1.1") + line("GET /missing HTTP/1.1"), {200, 404}, After::open},
      {"body of a length", post("Content-Length: 3\r\n", "abc"), {200}, After::open},
      {"body of no length", post("Content-Length: 0\r\n", ""), {200}, After::open},
      {"post without a body", post("", ""), {200}, After::open},
      {"no space after the colon", post("Content-Length:3\r\n", "abc"), {200}, After::open},
      {"chunks", chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), {200}, After::open},
      {"chunk size in capitals", chunked("A\r\n0123456789\r\n0\r\n\r\n"), {200}, After::open},
      {"chunk size with zeros in front", chunked("003\r\nabc\r\n000\r\n\r\n"), {200}, After::open},
      {"no chunk but the last", chunked("0\r\n\r\n"), {200}, After::open},
      {"chunk extension", chunked("3;a\r\nabc\r\n0;b=c\r\n\r\n"), {200}, After::open},
      {"quoted chunk extension", chunked("3;a=\"x;\\\" y\"\r\nabc\r\n0\r\n\r\n"), {200}, After::open},
      {"harmless trailer", chunked("3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"), {200}, After::open},
      {"transfer coding in capitals", post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"), {200}, After::open},
      {"identity coding", post("Content-Encoding: identity\r\nContent-Length: 1\r\n", "x"), {200}, After::open},
      {"absolute form", "GET http://a/hello HTTP/1.1\r\nHost: a\r\n\r\n", {200}, After::open},
      {"absolute form, other case", "GET HTTP://A/hello HTTP/1.1\r\nHost: a\r\n\r\n", {200}, After::open},
      {"value above ASCII", get("X: \xC3\xA9\r\n"), {200}, After::open},
      {"tab inside a value", get("X: a\tb\r\n"), {200}, After::open},
      {"empty value", get("X:\r\n"), {200}, After::open},
      {"query", line("GET /hello?a=b&c=%20d HTTP/1.1"), {200}, After::open},
      {"unknown method", line("BREW /missing HTTP/1.1"), {404}, After::open},
      {"upgrade is ignored", get("Connection: Upgrade\r\nUpgrade: h2c\r\n"), {200}, After::open},
      {"expect while the body is there",
       post("Content-Length: 1\r\nExpect: 100-continue\r\n", "x"),
       {100, 200},
       After::open},
      {"host with port", host(" a:80"), {200}, After::open},
      {"host is an IPv6 address", host(" [::1]:8080"), {200}, After::open},
      {"host after a tab", host("\ta"), {200}, After::open},

      // Ways to end a connection.
      {"connection close", get("Connection: close\r\n"), {200}, After::closed},
      {"close in a list", get("Connection: x, Close\r\n"), {200}, After::closed},
      {"close wins over keep-alive", get("Connection: keep-alive\r\nConnection: close\r\n"), {200}, After::closed},
      {"1.0 closes", line("GET /hello HTTP/1.0"), {200}, After::closed},
      {"1.0 without a host", "GET /hello HTTP/1.0\r\n\r\n", {200}, After::closed},
      {"1.0 kept alive", "GET /hello HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", {200}, After::open},
      {"nothing is read after close", get("Connection: close\r\n") + kHidden, {200}, After::closed},

      // The request line.
      {"leading empty line", "\r\n" + line("GET /hello HTTP/1.1"), {400}, After::closed},
      {"leading space", " " + line("GET /hello HTTP/1.1"), {400}, After::closed},
      {"two spaces", line("GET  /hello HTTP/1.1"), {400}, After::closed},
      {"two spaces before the version", line("GET /hello  HTTP/1.1"), {400}, After::closed},
      {"trailing space", line("GET /hello HTTP/1.1 "), {400}, After::closed},
      {"tab", line("GET\t/hello HTTP/1.1"), {400}, After::closed},
      {"bare LF", "GET /hello HTTP/1.1\nHost: a\r\n\r\n", {400}, After::closed},
      {"bare CR", "GET /hello HTTP/1.1\rHost: a\r\n\r\n", {400}, After::closed},
      {"no target", line("GET HTTP/1.1"), {400}, After::closed},
      {"0.9", "GET /hello\r\n\r\n", {400}, After::closed},
      {"no minor version", line("GET /hello HTTP/1"), {400}, After::closed},
      {"lower-case protocol", line("GET /hello http/1.1"), {400}, After::closed},
      {"version with zeros", line("GET /hello HTTP/01.1"), {400}, After::closed},
      {"version 1.2", line("GET /hello HTTP/1.2"), {505}, After::closed},
      {"version 2.0", line("GET /hello HTTP/2.0"), {505}, After::closed},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}, After::closed},
      {"method is no token", line("GE(T /hello HTTP/1.1"), {400}, After::closed},
      {"method too long", line(std::string(40, 'A') + " /hello HTTP/1.1"), {400}, After::closed},
      {"connect", line("CONNECT a:443 HTTP/1.1"), {405}, After::closed},
      {"trace", line("TRACE /hello HTTP/1.1"), {405}, After::closed},
      {"TLS hello", "\x16\x03\x01\x02\x00\x01"s, {400}, After::closed},

      // The target.
      {"fragment", line("GET /hello#x HTTP/1.1"), {400}, After::closed},
      {"NUL", "GET /he\0lo HTTP/1.1\r\nHost: a\r\n\r\n"s, {400}, After::closed},
      {"control character", line("GET /he\x01lo HTTP/1.1"), {400}, After::closed},
      {"delete", line("GET /he\x7Flo HTTP/1.1"), {400}, After::closed},
      {"above ASCII", line("GET /h\xC3\xA9llo HTTP/1.1"), {400}, After::closed},
      {"backslash", line("GET /hello\\x HTTP/1.1"), {400}, After::closed},
      {"escaped NUL", line("GET /hello%00 HTTP/1.1"), {400}, After::closed},
      {"escaped CR", line("GET /hello%0d HTTP/1.1"), {400}, After::closed},
      {"escaped LF", line("GET /hello%0A HTTP/1.1"), {400}, After::closed},
      {"escape without digits", line("GET /hello%zz HTTP/1.1"), {400}, After::closed},
      {"escape cut short", line("GET /hello%2 HTTP/1.1"), {400}, After::closed},
      {"star for GET", line("GET * HTTP/1.1"), {400}, After::closed},
      {"no path", line("GET hello HTTP/1.1"), {400}, After::closed},
      {"authority form", line("GET a:80 HTTP/1.1"), {400}, After::closed},
      {"other scheme", line("GET ftp://a/hello HTTP/1.1"), {400}, After::closed},
      {"absolute form of another host", line("GET http://b/hello HTTP/1.1"), {400}, After::closed},
      {"absolute form with user", line("GET http://u@a/hello HTTP/1.1"), {400}, After::closed},
      {"absolute form without host", line("GET http:///hello HTTP/1.1"), {400}, After::closed},
      {"target too long", line("GET /" + std::string(9000, 'a') + " HTTP/1.1"), {414}, After::closed},

      // Headers.
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", {400}, After::closed},
      {"two hosts", get("Host: b\r\n"), {400}, After::closed},
      {"the same host twice", get("Host: a\r\n"), {400}, After::closed},
      {"empty host", host(""), {400}, After::closed},
      {"host with user", host(" u@a"), {400}, After::closed},
      {"host with path", host(" a/b"), {400}, After::closed},
      {"hosts in a list", host(" a, b"), {400}, After::closed},
      {"host with a port that is none", host(" a:b"), {400}, After::closed},
      {"host with a port too large", host(" a:65536"), {400}, After::closed},
      {"host with open bracket", host(" [::1"), {400}, After::closed},
      {"host above ASCII", host(" \xC3\xA9"), {400}, After::closed},
      {"space before the colon", get("X : y\r\n"), {400}, After::closed},
      {"folded header", get("X: y\r\n z\r\n"), {400}, After::closed},
      {"white space before headers", "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n", {400}, After::closed},
      {"no colon", get("Nonsense\r\n"), {400}, After::closed},
      {"no name", get(": y\r\n"), {400}, After::closed},
      {"name is no token", get("X[1]: y\r\n"), {400}, After::closed},
      {"name above ASCII", get("X\xC3\xA9: y\r\n"), {400}, After::closed},
      {"NUL in a value", get("X: a\0b\r\n"s), {400}, After::closed},
      {"bare CR in a value", get("X: a\rb\r\n"), {400}, After::closed},
      {"bare LF ends a header", get("X: a\nY: b\r\n"), {400}, After::closed},
      {"control character in a long value", get("X: 0123456789\x01zzzzzzzz\r\n"), {400}, After::closed},
      {"delete in a value", get("X: 0123456789abcde\x7F\r\n"), {400}, After::closed},
      {"CR without LF at the end", "GET /hello HTTP/1.1\r\nHost: a\r\n\rX", {400}, After::closed},
      {"header too long", get("X: " + std::string(20000, 'a') + "\r\n"), {431}, After::closed},
      {"headers too many",
       get([] {
         std::string lines;
         for (int i = 0; i < 200; ++i) lines += "X: y\r\n";
         return lines;
       }()),
       {431},
       After::closed},
      {"unknown expectation", get("Expect: 200-ok\r\n"), {417}, After::closed},
      {"unknown content coding", post("Content-Encoding: br\r\nContent-Length: 1\r\n", "x"), {415}, After::closed},
      {"two content codings", post("Content-Encoding: gzip, gzip\r\nContent-Length: 1\r\n", "x"), {415}, After::closed},
      {"websocket of an unknown version",
       get("Upgrade: websocket\r\nSec-WebSocket-Version: 99\r\n"),
       {426},
       After::closed},

      // Content-Length.
      {"length is no number", post("Content-Length: abc\r\n", kHidden), {400}, After::closed},
      {"length is empty", post("Content-Length: \r\n", kHidden), {400}, After::closed},
      {"length with plus", post("Content-Length: +3\r\n", "abc"), {400}, After::closed},
      {"length with minus", post("Content-Length: -3\r\n", kHidden), {400}, After::closed},
      {"length minus zero", post("Content-Length: -0\r\n", kHidden), {400}, After::closed},
      {"length in hexadecimal", post("Content-Length: 0x3\r\n", "abc"), {400}, After::closed},
      {"length with zeros in front", post("Content-Length: 003\r\n", "abc"), {400}, After::closed},
      {"length double zero", post("Content-Length: 00\r\n", kHidden), {400}, After::closed},
      {"length with a fraction", post("Content-Length: 3.0\r\n", "abc"), {400}, After::closed},
      {"length with an underscore", post("Content-Length: 1_0\r\n", "0123456789"), {400}, After::closed},
      {"lengths in a list", post("Content-Length: 3, 3\r\n", "abc"), {400}, After::closed},
      {"two lengths", post("Content-Length: 3\r\nContent-Length: 0\r\n", "abc" + kHidden), {400}, After::closed},
      {"the same length twice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), {400}, After::closed},
      {"length after a tab", post("Content-Length:\t3\r\n", "abc"), {400}, After::closed},
      {"length before a space", post("Content-Length: 3 \r\n", "abc"), {400}, After::closed},
      {"length of 2^64", post("Content-Length: 18446744073709551616\r\n", kHidden), {400}, After::closed},
      {"length beyond the limit", post("Content-Length: 999999999999\r\n", ""), {413}, After::closed},
      {"imitated length", post("Content_Length: 3\r\n", ""), {400}, After::closed},

      // Transfer-Encoding.
      {"length and chunks",
       post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG" + kHidden),
       {400},
       After::closed},
      {"chunks and length",
       post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "5c\r\n" + kHidden),
       {400},
       After::closed},
      {"chunked twice in one", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"chunked twice in two",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       {400},
       After::closed},
      {"chunked and identity",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n" + kHidden),
       {400},
       After::closed},
      {"chunked not last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"chunked with parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"chunked after a comma", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"empty coding", post("Transfer-Encoding:\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"gzip", post("Transfer-Encoding: gzip\r\n", ""), {501}, After::closed},
      {"identity", post("Transfer-Encoding: identity\r\n", ""), {501}, After::closed},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + kHidden), {501}, After::closed},
      {"vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"form feed", post("Transfer-Encoding: \fchunked\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"folded coding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"space before its colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), {400}, After::closed},
      {"chunks in 1.0",
       "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       {400},
       After::closed},
      {"imitated coding", post("Transfer_Encoding: chunked\r\nContent-Length: 3\r\n", "abc"), {400}, After::closed},

      // Chunks.
      {"size without digits", chunked("\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"size after a space", chunked(" 3\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"size before a space", chunked("3 \r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"size with an underscore", chunked("1_0\r\n0123456789abcdef\r\n0\r\n\r\n"), {400}, After::closed},
      {"negative size", chunked("-3\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"size beyond 64 bits", chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"size beyond the limit", chunked("FFFFFFFFFF\r\n"), {413}, After::closed},
      {"size line ends in LF", chunked("3\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"size line ends in CR", chunked("3\rabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"chunk ends in LF", chunked("3\r\nabc\n0\r\n\r\n"), {400}, After::closed},
      {"chunk does not end", chunked("3\r\nabc0\r\n\r\n"), {400}, After::closed},
      {"chunk longer than its size", chunked("3\r\nabcdef\r\n0\r\n\r\n"), {400}, After::closed},
      {"hidden behind a short chunk", chunked("1\r\nab\r\n0\r\n\r\n" + kHidden), {400}, After::closed},
      {"semicolon alone", chunked("3;\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"LF in an extension", chunked("3;a\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"CR in an extension", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"NUL in an extension", chunked("3;a=\"\0\"\r\nabc\r\n0\r\n\r\n"s), {400}, After::closed},
      {"extension without value", chunked("3;a=\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"extensions too long", chunked("3;" + std::string(2000, 'a') + "\r\nabc\r\n0\r\n\r\n"), {400}, After::closed},
      {"last line ends in LF", chunked("0\r\n\n"), {400}, After::closed},
      {"length in a trailer", chunked("0\r\nContent-Length: 5\r\n\r\n"), {400}, After::closed},
      {"coding in a trailer", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), {400}, After::closed},
      {"host in a trailer", chunked("0\r\nHost: b\r\n\r\n"), {400}, After::closed},
      {"credentials in a trailer", chunked("0\r\nAuthorization: Bearer x\r\n\r\n"), {400}, After::closed},
      {"content type in a trailer", chunked("0\r\nContent-Type: text/x\r\n\r\n"), {400}, After::closed},
      {"imitated length in a trailer", chunked("0\r\nContent_Length: 5\r\n\r\n"), {400}, After::closed},
      {"trailer without colon", chunked("0\r\nnonsense\r\n\r\n"), {400}, After::closed},
      {"request as a trailer", chunked("0\r\n" + kHidden), {400}, After::closed},
      {"trailers too long", chunked("0\r\nX: " + std::string(5000, 'a') + "\r\n\r\n"), {431}, After::closed},

      // A good request before a bad one is answered.
      {"good, then bad", line("GET /hello HTTP/1.1") + line("GET /x#y HTTP/1.1") + kHidden, {200, 400}, After::closed},
  };
  return all;
}

class WireVectors : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new TestServer(one_thread()); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static TestServer* server_;
};
TestServer* WireVectors::server_ = nullptr;

/// Each vector is followed by a request that closes: on a connection that survived it is answered 202.
constexpr std::string_view kSentinel = "GET /sentinel HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(WireVectors, AreAnsweredAsTheyShould) {
  EXPECT_GE(vectors().size(), 100U);
  for (const Vector& vector : vectors()) {
    SCOPED_TRACE(vector.name);
    Client client(server_->port());
    client.send(vector.raw + std::string(kSentinel));
    std::vector<int> expected = vector.statuses;
    if (vector.after == After::open) expected.push_back(202);
    EXPECT_EQ(client.read_statuses(), expected);
    EXPECT_FALSE(client.was_reset());
  }
}

TEST_F(WireVectors, AreAnsweredAlikeByteByByte) {
  for (const Vector& vector : vectors()) {
    if (vector.raw.size() > 1000) continue;
    SCOPED_TRACE(vector.name);
    Client client(server_->port());
    for (const char& byte : vector.raw + std::string(kSentinel)) {
      if (!client.send({&byte, 1})) break;
    }
    std::vector<int> expected = vector.statuses;
    if (vector.after == After::open) expected.push_back(202);
    EXPECT_EQ(client.read_statuses(), expected);
  }
}

}  // namespace
}  // namespace pelton::http::test
