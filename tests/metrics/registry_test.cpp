#include "metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace pelton::metrics {
namespace {

using testing::HasSubstr;

std::string text_of(const Registry& registry) {
  core::TextBuffer out;
  registry.write(out);
  return std::string(out.view());
}

TEST(Registry, CellsOfSeveralThreadsAreOneSeries) {
  Registry registry;
  registry.counter("answers_total", "Answers.", {{"code", "200"}}, 0).add(2);
  registry.counter("answers_total", "Answers.", {{"code", "200"}}, 1).add(3);
  EXPECT_EQ(text_of(registry),
            "# HELP answers_total Answers.\n# TYPE answers_total counter\nanswers_total{code=\"200\"} 5\n");
}

TEST(Registry, TheSameShardGivesTheSameCell) {
  Registry registry;
  Counter& first = registry.counter("a_total", "", {}, 7);
  EXPECT_EQ(&first, &registry.counter("a_total", "", {}, 7));
  EXPECT_NE(&first, &registry.counter("a_total", "", {}, 8));
}

TEST(Registry, LabelValuesAreEscaped) {
  Registry registry;
  registry.gauge("level", "A \"level\"\nof\\things", {{"name", "a\"b\\c\nd"}}).set(-4);
  EXPECT_THAT(text_of(registry), HasSubstr(R"(level{name="a\"b\\c\nd"} -4)"));
}

TEST(Registry, HistogramBucketsAreCumulativeAndInSeconds) {
  Registry registry;
  Histogram& h = registry.histogram("took_seconds", "Time.", Buckets::durations());
  h.observe(core::Duration(1'000));           // on the first bound: belongs to it
  h.observe(core::Duration(1'001));           // just beyond
  h.observe(core::Duration(20'000'000'000));  // beyond the last
  const std::string text = text_of(registry);
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{le=\"1e-06\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{le=\"2.5e-06\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{le=\"10\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_count 3\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_sum 20.000002001"));
}

TEST(Registry, ANameCannotHaveTwoTypes) {
  Registry registry;
  registry.counter("x_total", "");
  EXPECT_THROW(registry.gauge("x_total", ""), std::logic_error);
}

TEST(Registry, ReadingWhileOthersCountIsSafeAndNeverGoesBack) {
  Registry registry;
  Counter& cell = registry.counter("n_total", "", {}, 0);
  std::thread writer([&] {
    for (int i = 0; i < 20'000; ++i) cell.add();
  });
  std::uint64_t last = 0;
  while (last < 20'000) {
    const std::uint64_t now = cell.value();
    ASSERT_GE(now, last);
    last = now;
  }
  writer.join();
  EXPECT_EQ(cell.value(), 20'000U);
}

TEST(ProcessMetrics, TellOfThisProcess) {
  Registry registry;
  add_process_metrics(registry);
  const std::string text = text_of(registry);
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                           "process_max_fds", "process_start_time_seconds", "process_threads"}) {
    const std::size_t at = text.find(std::string("\n") + name + " ");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(std::stod(text.substr(at + std::string(name).size() + 2)), 0.0) << name;
  }
}

}  // namespace
}  // namespace pelton::metrics
