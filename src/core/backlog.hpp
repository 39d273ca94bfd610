#pragma once

#include "core/clock.hpp"

namespace pelton::core {

/// What an event loop that cannot keep up with reading owes to a request that it has just read.
struct Backlog {
  Duration lay{0};     ///< how long, about, the request's last bytes lay unread because the loop was busy
  Duration behind{0};  ///< for how long the loop has not kept up, a calm of less than half a second included
};

}  // namespace pelton::core
