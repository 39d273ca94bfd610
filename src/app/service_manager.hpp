#pragma once

#include <string_view>
#include <vector>

namespace pelton::app {

/// Sockets that systemd opened for this process (sd_listen_fds(3)): their descriptors, in order;
/// none where LISTEN_PID is not this process. Takes the variables out of the environment.
std::vector<int> inherited_sockets();

/// Tells the service manager how we are (sd_notify(3)): "READY=1", "STOPPING=1", …. Does nothing
/// where NOTIFY_SOCKET is not set; a manager that cannot be reached is not our failure.
void notify_service_manager(std::string_view state);

/// The same, that a reload begins: with the time, as units of Type=notify-reload want it.
void notify_reloading();

}  // namespace pelton::app
