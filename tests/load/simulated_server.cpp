#include "simulated_server.hpp"

#include <gtest/gtest.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>

namespace pelton::load::testing {

SimulatedServer::SimulatedServer(Plan plan) : plan_(std::move(plan)), start_(clock_.now()), busy_until_(start_) {
  static std::atomic<int> serial = 0;
  path_ = ::testing::TempDir() + "pelton-load-" + std::to_string(::getpid()) + "-" + std::to_string(serial++);
  ::unlink(path_.c_str());
  listener_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  const Address address = Address::unix_socket(path_);
  if (::bind(listener_.get(), address.get(), address.size) != 0 || ::listen(listener_.get(), 256) != 0) {
    throw std::runtime_error("cannot listen on " + path_);
  }
  epoll_ = FileDescriptor(::epoll_create1(0));
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener_.get()}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event);
  if (!plan_.answer) plan_.answer = [](std::uint64_t) { return plain_answer(); };
}

SimulatedServer::~SimulatedServer() { ::unlink(path_.c_str()); }

std::string SimulatedServer::plain_answer(std::string_view status) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 14\r\n\r\n{\"result\":2.0}";
}

core::TimePoint SimulatedServer::ready_at(core::TimePoint arrival) {
  core::TimePoint begin = std::max(arrival, busy_until_);
  const core::TimePoint from = start_ + plan_.pause_from;
  const core::TimePoint to = start_ + plan_.pause_to;
  if (begin >= from && begin < to) begin = to;
  busy_until_ = begin + plan_.service;
  return busy_until_;
}

void SimulatedServer::take_requests(int fd) {
  char buffer[4096];
  const ssize_t n = ::recv(fd, buffer, sizeof(buffer), 0);
  if (n < 0) return;
  if (n == 0) {
    std::erase_if(answers_, [&](const auto& answer) { return answer.second == fd; });
    connections_.erase(fd);
    return;
  }
  received_.emplace_back(buffer, static_cast<std::size_t>(n));
  ++seen_;  // small requests over a unix socket: one send, one piece
  if (!plan_.never_answer) answers_.emplace(ready_at(clock_.now()), fd);
  most_in_flight_ = std::max(most_in_flight_, answers_.size());
}

void SimulatedServer::accept_all() {
  for (int fd = 0; (fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    connections_.emplace(fd, FileDescriptor(fd));
    ++accepted_;
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }
}

void SimulatedServer::step() {
  std::array<epoll_event, 64> ready;
  const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
  for (int i = 0; i < count; ++i) {
    const int fd = ready[static_cast<std::size_t>(i)].data.fd;
    if (fd == listener_.get()) {
      accept_all();
    } else {
      take_requests(fd);
    }
  }
  while (!answers_.empty() && answers_.begin()->first <= clock_.now()) {
    const int fd = answers_.begin()->second;
    answers_.erase(answers_.begin());
    const std::string answer = plan_.answer(answered_++);
    if (!answer.empty()) ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    if (answer.empty() || plan_.close_after_answer) connections_.erase(fd);
  }
}

std::size_t SimulatedServer::wait(int epoll, std::span<epoll_event> events, core::TimePoint until) noexcept {
  for (;;) {
    step();
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 0);
    if (ready > 0) return static_cast<std::size_t>(ready);
    core::TimePoint next = until;
    if (!answers_.empty()) next = std::min(next, answers_.begin()->first);
    if (next > clock_.now()) clock_.advance(next - clock_.now());
    if (clock_.now() >= until) return 0;
  }
}

Request simple_request() {
  Request request;
  request.messages = {"GET / HTTP/1.1\r\nHost: test\r\n\r\n"};
  return request;
}

}  // namespace pelton::load::testing
