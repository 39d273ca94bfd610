// The whole of batching under load, in simulated time: what callers get at every load, and how soon it is over.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "simulated_server.hpp"

namespace pelton::batching {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Request = SimulatedServer::Request;
using Lane = SimulatedServer::Lane;

constexpr core::TimePoint kStart{};

core::TimePoint at(core::Duration since_start) { return kStart + since_start; }

/// Answers within the objective to requests that arrived in [from, to), a second.
double goodput(const Lane& lane, core::Duration objective, core::TimePoint from, core::TimePoint to) {
  const auto good = std::count_if(lane.requests.begin(), lane.requests.end(), [&](const Request& r) {
    return r.arrived >= from && r.arrived < to && r.within(objective);
  });
  return static_cast<double>(good) / std::chrono::duration<double>(to - from).count();
}

double share_within(const Lane& lane, core::Duration objective, core::TimePoint from, core::TimePoint to) {
  std::size_t all = 0;
  std::size_t good = 0;
  for (const Request& r : lane.requests) {
    if (r.arrived < from || r.arrived >= to) continue;
    ++all;
    good += r.within(objective) ? 1 : 0;
  }
  return all == 0 ? 1 : static_cast<double>(good) / static_cast<double>(all);
}

core::Duration percentile(const Lane& lane, double q, core::TimePoint from, core::TimePoint to) {
  std::vector<core::Duration> took;
  for (const Request& r : lane.requests) {
    if (r.arrived >= from && r.arrived < to && r.scored()) took.push_back(r.took());
  }
  if (took.empty()) return core::Duration(0);
  const auto nth = took.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(took.size() - 1));
  std::nth_element(took.begin(), nth, took.end());
  return *nth;
}

/// Everyone got one answer, and the numbers in it were theirs.
void expect_all_answered_once(const Lane& lane) {
  for (const Request& r : lane.requests) {
    ASSERT_EQ(r.answers, r.refused ? 0 : 1);
    ASSERT_TRUE(r.right);
    ASSERT_NE(r.status, Outcome::Status::failed);
  }
}

struct Dear {
  const char* name;
  core::Duration alpha;
  core::Duration beta;
  core::Duration slo;
  /// Rows a second with batches as large as the objective allows.
  double saturation() const {
    const std::size_t rows = Policy({.slo = slo}, CostModel(alpha, beta)).batch_rows();
    return static_cast<double>(rows) / std::chrono::duration<double>(alpha + beta * static_cast<long>(rows)).count();
  }
};

class DearModel : public testing::TestWithParam<Dear> {
 protected:
  PolicySettings settings() const { return {.slo = GetParam().slo}; }
  SimulatedServer server;
  Lane lane{server, GetParam().alpha, GetParam().beta, settings()};
};

TEST_P(DearModel, Survey) {
  for (const double load : {0.1, 0.5, 0.8, 0.9, 0.95, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0}) {
    SimulatedServer server2;
    Lane lane2{server2, GetParam().alpha, GetParam().beta, settings()};
    const core::TimePoint end = at(seconds(6));
    server2.load(lane2, load * GetParam().saturation(), kStart, end);
    server2.run();
    const auto n = static_cast<double>(lane2.requests.size());
    double refused = 0, unread = 0, shed = 0;
    for (const Request& r : lane2.requests) {
      refused += r.refused;
      unread += r.unread;
      shed += r.answers == 1 && r.status == Outcome::Status::shed;
    }
    printf(
        "%s x%.2f good %.3f of sat, share within %.3f p50 %.2f p99 %.2f ms refused %.3f unread %.3f shed %.3f most "
        "waiting %zu\n",
        GetParam().name, load, goodput(lane2, GetParam().slo, at(seconds(1)), end) / GetParam().saturation(),
        share_within(lane2, GetParam().slo, at(seconds(1)), end),
        (double)percentile(lane2, .5, at(seconds(1)), end).count() / 1e6,
        (double)percentile(lane2, .99, at(seconds(1)), end).count() / 1e6, refused / n, unread / n, shed / n,
        lane2.most_waiting);
    expect_all_answered_once(lane2);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, DearModel,
                         testing::Values(Dear{"svm", microseconds(200), microseconds(800), milliseconds(20)},
                                         Dear{"forest", microseconds(200), microseconds(50), milliseconds(5)},
                                         Dear{"network", microseconds(100), microseconds(50), milliseconds(20)},
                                         Dear{"slow", milliseconds(2), milliseconds(8), milliseconds(20)},
                                         Dear{"patient", milliseconds(1), milliseconds(2), milliseconds(500)}),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace pelton::batching
