// What a request costs before its service sees it, and after: the head parser on requests as common
// clients send them, a whole small request through reader and reply queue, and the router.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <string_view>

#include "http/head_parser.hpp"
#include "http/reply_queue.hpp"
#include "http/request_reader.hpp"
#include "http/router.hpp"

namespace {

using namespace pelton::http;

const std::string kCurl =
    "POST /predict HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
    "Content-Length: 11\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{\"x\":[2,3]}";
const std::string kWrk =
    "POST /predict HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\nContent-Length: "
    "11\r\n\r\n{\"x\":[2,3]}";
const std::string kPythonRequests =
    "POST /v1/models/house_prices:predict HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: python-requests/2.32.3\r\n"
    "Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\nContent-Length: 11\r\n"
    "Content-Type: application/json\r\n\r\n{\"x\":[2,3]}";

void parse_head(benchmark::State& state, const std::string& request) {
  HeadParser parser{Limits{}};
  RequestHead head;
  Refusal refusal;
  for (auto _ : state) {
    benchmark::DoNotOptimize(request.data());
    if (parser.parse(request, head, refusal) != HeadParser::Outcome::complete) state.SkipWithError("refused");
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * request.size()));
}
BENCHMARK_CAPTURE(parse_head, curl, kCurl);
BENCHMARK_CAPTURE(parse_head, wrk, kWrk);
BENCHMARK_CAPTURE(parse_head, python_requests, kPythonRequests);

/// All that this room does for a keep-alive request besides the system calls.
void request_to_reply(benchmark::State& state, const std::string& request) {
  ReaderShared reading{Limits{}};
  ReplyShared replying{64};
  RequestReader reader(reading);
  ReplyQueue replies(replying);
  RequestHead head;
  for (auto _ : state) {
    reader.make_room();
    std::memcpy(reader.tail(), request.data(), request.size());
    reader.added(request.size());
    if (reader.next(head) != RequestReader::Next::request) state.SkipWithError("refused");
    replies.begin(replies.admit({.coding = head.accept_coding}), {}, false).append(R"({"result":2.0})");
    replies.finish();
    benchmark::DoNotOptimize(replies.unsent().data());
    replies.sent(replies.unsent().size());
    if (reader.next(head) != RequestReader::Next::need_more) state.SkipWithError("left over");
  }
}
BENCHMARK_CAPTURE(request_to_reply, curl, kCurl);
BENCHMARK_CAPTURE(request_to_reply, wrk, kWrk);
BENCHMARK_CAPTURE(request_to_reply, python_requests, kPythonRequests);

void route(benchmark::State& state, std::string_view path) {
  Router router;
  for (const char* pattern : {"/predict", "/predict/{model}", "/predict/{model}/versions/{v}", "/explain/{model}",
                              "/v1/models/{model}:predict", "/v1/models/{model}:classify", "/v1/models/{model}:regress",
                              "/v2/models/{model}/infer", "/v2/models/{model}/versions/{v}/infer", "/invocations"}) {
    router.add(Verb::post, pattern);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(path);
    RouteMatch match = router.match(Verb::post, path);
    benchmark::DoNotOptimize(match);
  }
}
BENCHMARK_CAPTURE(route, exact, "/predict");
BENCHMARK_CAPTURE(route, variable, "/v1/models/house_prices:predict");

}  // namespace
