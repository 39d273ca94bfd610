#pragma once

#include <string>

#include "app/model_flags.hpp"

namespace pelton::app {

/// `pelton bench MODEL`: times the model's own scoring, without a server: nanoseconds a row in batches
/// of 1, 16, 256 and 4096 rows on one thread, the median of repetitions. Calls go through at least
/// 4096 different rows in turn, so that neither caches nor branch prediction know them: the rows of
/// `rows_file`, or made-up ones where it is empty. Returns the exit code.
int bench_model(const ModelFlags& flags, model::Method method, const std::string& rows_file, bool json);

}  // namespace pelton::app
