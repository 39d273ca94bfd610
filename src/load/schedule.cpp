#include "load/schedule.hpp"

#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace pelton::load {

namespace {

constexpr std::size_t kMostSteps = 1000;
constexpr double kNsPerSecond = 1e9;
constexpr double kMostSeconds = 86'400;

double nanoseconds(core::Duration duration) noexcept { return static_cast<double>(duration.count()); }

/// A number above 0, or 0 where `text` is none.
double positive_number(std::string_view text) noexcept {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) && value > 0 ? value : 0;
}

}  // namespace

core::Result<std::vector<RateStep>> parse_steps(std::string_view text) {
  const auto wrong = [](const std::string& what) { return core::Error(core::ErrorCode::invalid_argument, what); };
  std::vector<RateStep> steps;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    const std::string_view step = text.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
    const std::size_t colon = step.find(':');
    const double rate = positive_number(step.substr(0, colon));
    const double seconds = colon == std::string_view::npos ? 0 : positive_number(step.substr(colon + 1));
    if (rate == 0 || seconds == 0 || seconds > kMostSeconds) {
      return wrong("\"" + std::string(step) + "\" is no RATE:SECONDS, both above 0 and the seconds at most a day");
    }
    if (steps.size() == kMostSteps) return wrong("more than 1000 steps");
    steps.push_back({rate, std::chrono::ceil<core::Duration>(std::chrono::duration<double>(seconds))});
  }
  return steps;
}

core::Duration total_duration(const std::vector<RateStep>& steps) noexcept {
  core::Duration total{};
  for (const RateStep& step : steps) total += step.duration;
  return total;
}

PoissonSchedule::PoissonSchedule(std::vector<RateStep> steps, std::uint64_t seed)
    : steps_(std::move(steps)), step_end_ns_(nanoseconds(steps_.front().duration)), random_(seed) {
  advance();
}

void PoissonSchedule::advance() {
  // 53 bits, centred in their interval so that the logarithm never sees 0.
  const double uniform = (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
  double expected = -std::log(uniform);  // arrivals that the rates bring until the next one
  while (step_ + 1 < steps_.size()) {
    const double in_step = (step_end_ns_ - at_ns_) * steps_[step_].rate / kNsPerSecond;
    if (expected < in_step) break;
    expected -= in_step;
    at_ns_ = step_end_ns_;
    step_end_ns_ += nanoseconds(steps_[++step_].duration);
  }
  at_ns_ += expected * (kNsPerSecond / steps_[step_].rate);
}

}  // namespace pelton::load
