#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace pelton::app {

/// How far a task has come, drawn over itself on stderr once it has taken half a second; wiped away
/// at the end. Draws nothing where stderr is no terminal. Not thread-safe.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label = {}, const core::Clock& clock = core::SteadyClock::instance());
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// A share between 0 and 1.
  void show(double share);
  /// The same with a count of what has been done; a share below 0 is not known.
  void show(double share, std::size_t count, std::string_view noun);
  /// Takes the bar off the terminal, so that something else can be written.
  void clear();

 private:
  bool due();
  void draw(const std::string& text);

  std::string label_;
  const core::Clock& clock_;
  core::TimePoint next_;
  bool terminal_;
  bool drawn_ = false;
};

}  // namespace pelton::app
