#pragma once

#include <span>
#include <string>

#include "load/histogram.hpp"

namespace pelton::load {

/// Draws how latencies (nanoseconds) are distributed, for a terminal: a row for each of some twenty steps
/// between the shortest and the longest, equal on a logarithmic scale, with the share of the answers
/// that took so long, a bar, and the percentiles that lie there. Several distributions stand side by side
/// on one scale. Those without answers have empty columns; nothing is drawn where none has any.
void append_chart(std::string& out, std::span<const Histogram* const> distributions);

}  // namespace pelton::load
