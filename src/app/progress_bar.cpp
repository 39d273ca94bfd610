#include "app/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace pelton::app {

namespace {

using namespace std::chrono_literals;

constexpr core::Duration kFirst = 500ms;
constexpr core::Duration kEvery = 100ms;

std::string bar_of(double share) {
  constexpr std::size_t kWidth = 40;
  share = std::clamp(share, 0.0, 1.0);
  std::string bar(kWidth, ' ');
  std::fill_n(bar.begin(), static_cast<std::size_t>(share * kWidth), '#');
  char percent[16];
  std::snprintf(percent, sizeof percent, "] %3.0f %%", share * 100);
  return "[" + bar + percent;
}

}  // namespace

ProgressBar::ProgressBar(std::string label, const core::Clock& clock)
    : label_(std::move(label)), clock_(clock), next_(clock.now() + kFirst), terminal_(::isatty(STDERR_FILENO) == 1) {}

bool ProgressBar::due() {
  if (!terminal_) return false;
  const core::TimePoint now = clock_.now();
  if (now < next_) return false;
  next_ = now + kEvery;
  return true;
}

void ProgressBar::draw(const std::string& text) {
  std::fprintf(stderr, "\r\033[K%s%s%s", label_.c_str(), label_.empty() ? "" : " ", text.c_str());
  drawn_ = true;
}

void ProgressBar::show(double share) {
  if (due()) draw(bar_of(share));
}

void ProgressBar::show(double share, std::size_t count, std::string_view noun) {
  if (!due()) return;
  const std::string counted = std::to_string(count).append(" ").append(noun);
  draw(share < 0 ? counted : bar_of(share) + "  " + counted);
}

void ProgressBar::clear() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace pelton::app
