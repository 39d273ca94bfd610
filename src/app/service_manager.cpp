#include "app/service_manager.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace pelton::app {

namespace {

constexpr int kFirstDescriptor = 3;  // SD_LISTEN_FDS_START

long environment_number(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return -1;
  long number = -1;
  const auto [end, failure] = std::from_chars(text, text + std::strlen(text), number);
  return failure == std::errc() && *end == '\0' ? number : -1;
}

}  // namespace

std::vector<int> inherited_sockets() {
  constexpr long kMost = 64;
  std::vector<int> sockets;
  const long count = environment_number("LISTEN_FDS");
  if (environment_number("LISTEN_PID") == getpid() && count > 0 && count <= kMost) {
    for (int fd = kFirstDescriptor; fd < kFirstDescriptor + static_cast<int>(count); ++fd) {
      fcntl(fd, F_SETFD, FD_CLOEXEC);
      sockets.push_back(fd);
    }
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
  return sockets;
}

void notify_service_manager(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof address.sun_path) return;
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  close(fd);
}

void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  notify_service_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

}  // namespace pelton::app
