#pragma once

#include <sys/types.h>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace pelton::load {

/// Processor time (user and system) that a process of this machine and its living descendants have
/// used so far, in nanoseconds: clock_getcpuclockid(3) of each, the exact form of what
/// /proc/PID/stat tells in hundredths of a second. Children that have already ended are not counted.
/// Fails with `not_found` where there is no such process.
core::Result<core::Duration> process_cpu_time(pid_t pid);

}  // namespace pelton::load
