#pragma once

#include "core/result.hpp"

namespace pelton::sandbox {

/// What a server still has to do.
enum class Phase {
  starting,  ///< models to be read, sockets to be bound, threads to be started
  serving,   ///< the same but for new listeners, and nobody is connected to
};

/// Leaves this process the system calls that a server needs which is in `phase`, for ever; by call_filter.hpp. In both
/// phases: nothing but threads is started, no memory becomes code, files are opened for reading alone. Running a
/// program, tracing a process, mounting, loading into the kernel and their like end the process at once: nothing in it
/// ever asks for that of its own accord. `serving` may follow `starting`.
core::Result<void> restrict_server_calls(Phase phase);

}  // namespace pelton::sandbox
