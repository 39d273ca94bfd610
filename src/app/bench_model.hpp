#pragma once

#include <string>

namespace pelton::app {

/// `pelton bench MODEL`: times the model's own scoring, without a server: nanoseconds a row in batches of 1, 16,
/// 256 and 4096 rows on one thread, the median of repetitions. Returns the exit code.
int bench_model(const std::string& path, bool json);

}  // namespace pelton::app
