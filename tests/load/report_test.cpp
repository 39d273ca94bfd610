#include "load/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pelton::load {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LoadReport sample() {
  LoadReport r;
  r.open_loop = true;
  r.connections = 4;
  r.offered_rps = 1000;
  r.achieved_rps = 900.5;
  r.duration_s = 2;
  r.requests = 2000;
  r.outcomes[static_cast<std::size_t>(Outcome::answered)] = 1801;
  r.outcomes[static_cast<std::size_t>(Outcome::timeout)] = 199;
  r.latency_ms = {0.5, 0.25, 0.75, 1.5, 2.5, 8};
  for (std::uint64_t i = 0; i < 100; ++i) r.latency.record(200'000);
  for (std::uint64_t i = 0; i < 10; ++i) r.latency.record(5'000'000);
  return r;
}

TEST(LoadReport, JsonHasTheContractsMembers) {
  core::TextBuffer out;
  LoadReport r = sample();
  append_json(out, r);
  EXPECT_EQ(
      out.view(),
      R"({"mode":"open","connections":4,"offered_rps":1000.0,"achieved_rps":900.5,"duration_s":2.0,)"
      R"("requests":2000,"errors":{"connect":0,"timeout":199,"reset":0,"status_4xx":0,"status_5xx":0,)"
      R"("protocol":0,"unanswered":0},"latency_ms":{"mean":0.5,"p50":0.25,"p90":0.75,"p99":1.5,"p99_9":2.5,)"
      R"("max":8.0},"window_median_ms":{"p50":0.0,"p99":0.0},"windows":{"count":0},"send_lag_p99_ms":0.0,"client_cpu_share":0.0})");
  r.server_cpu_us = 1.25;
  out.clear();
  append_json(out, r);
  EXPECT_THAT(std::string(out.view()), HasSubstr(R"("server_cpu_us_per_request":1.25})"));
}

TEST(LoadReport, TableTellsFailuresAndShape) {
  const std::string table = to_table(sample(), true);
  EXPECT_THAT(table, HasSubstr("timeout 199"));
  EXPECT_THAT(table, HasSubstr("1000.0/s offered, 900.5/s achieved"));
  EXPECT_THAT(table, HasSubstr("█"));
  EXPECT_THAT(table, Not(HasSubstr("note")));
  EXPECT_THAT(to_table(sample(), false), Not(HasSubstr("█")));
}

TEST(LoadReport, TellsTheTailOfAWindowWhereThereAreWindows) {
  LoadReport r = sample();
  r.full_windows = 20;
  r.window_tail = 3.25;
  EXPECT_THAT(to_table(r, false), HasSubstr("p99 is 3.25 times p50 (median over 20 windows"));
  core::TextBuffer out;
  append_json(out, r);
  EXPECT_THAT(std::string(out.view()), HasSubstr(R"("windows":{"count":20,"p99_over_p50":3.25})"));
}

TEST(LoadReport, TellsTheObjectiveAndTheWindows) {
  LoadReport r = sample();
  r.objective = {std::chrono::milliseconds(20), 1500};
  r.windows = {{std::chrono::milliseconds(0), 10, 2, 9, std::chrono::milliseconds(1), std::chrono::milliseconds(3)},
               {std::chrono::milliseconds(300), 0, 5, 0, {}, {}}};
  core::TextBuffer out;
  append_json(out, r);
  EXPECT_THAT(std::string(out.view()),
              HasSubstr(R"("windows":{"count":0,"list":[{"from_s":0.0,"answered":10,"failed":2,"answered_in_time":9,)"
                        R"("p50_ms":1.0,"p99_ms":3.0},{"from_s":0.3,"answered":0,"failed":5,"answered_in_time":0,)"
                        R"("p50_ms":0.0,"p99_ms":0.0}]},)"
                        R"("objective":{"ms":20.0,"answered_in_time":1500,"goodput_rps":750.0})"));
  EXPECT_THAT(to_table(r, false), HasSubstr("1500 answered within 20 ms, 750.0/s"));
}

TEST(LoadReport, TableDoubtsAMeasurementThatMeasuredTheClient) {
  LoadReport r = sample();
  r.client_cpu_share = 0.97;
  EXPECT_THAT(to_table(r, false), HasSubstr("97 %"));
  r.lag_p99_ms = 40;
  r.latency_ms.p99 = 50;
  EXPECT_THAT(to_table(r, false), HasSubstr("too few connections"));
}

TEST(LoadReport, AnEmptyRunPrints) {
  EXPECT_THAT(to_table(LoadReport{}, true), HasSubstr("0 answered"));
  core::TextBuffer out;
  append_json(out, LoadReport{});
  EXPECT_THAT(std::string(out.view()), HasSubstr("\"requests\":0"));
}

}  // namespace
}  // namespace pelton::load
