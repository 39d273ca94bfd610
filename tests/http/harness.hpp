#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "http/server.hpp"
#include "http/unique_fd.hpp"

namespace pelton::http::test {

/// One answer as a client read it.
struct Reply {
  int status = 0;                              ///< 0: the connection ended (or was reset) before a whole answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  std::string head;  ///< as received
};

/// A client on a real socket that sends exactly the bytes it is told to. A read that lasts longer
/// than ten seconds fails the test.
class Client {
 public:
  explicit Client(std::uint16_t port, const char* host = "127.0.0.1");
  explicit Client(const std::string& unix_path);
  Client(Client&&) = default;
  virtual ~Client() = default;

  bool connected() const noexcept { return static_cast<bool>(socket_); }
  /// Whether the socket took everything.
  virtual bool send(std::string_view bytes);
  /// The next answer; `to_head`: it answers HEAD, so no body follows.
  Reply read_reply(bool to_head = false);
  Reply get(std::string_view path);
  /// A head alone, and the chunks of the body after it one by one (the last one is empty); false at the
  /// connection's end.
  std::string read_head();
  bool read_chunk(std::string& data);
  /// The statuses of all further answers, to the connection's end.
  std::vector<int> read_statuses();
  /// All further bytes, to the connection's end.
  std::string read_all();
  /// Whether a read found the connection reset rather than closed in order.
  bool was_reset() const noexcept { return reset_; }
  /// Whether the server has closed: waits for it.
  bool closed();
  void end_sending();
  void reset();
  int fd() const noexcept { return socket_.get(); }

 protected:
  /// As recv.
  virtual ssize_t read_some(char* to, std::size_t room);

 private:
  bool fill();
  bool read_chunks(std::string& body);

  UniqueFd socket_;
  std::string received_;
  bool reset_ = false;
};

/// Sees what happens to connections.
class CountingObserver : public ConnectionObserver {
 public:
  void opened() noexcept override { ++opens; }
  void closed() noexcept override { ++closes; }
  void refused(const char* reason) noexcept override;
  std::size_t refusals(const std::string& reason);

  std::atomic<std::size_t> opens{0};
  std::atomic<std::size_t> closes{0};

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> refusals_;
};

/// What the service of a test server saw and does; one for all its threads.
struct Shared {
  std::atomic<std::size_t> requests{0};
  std::atomic<std::size_t> kept{0};
  std::atomic<std::size_t> unwanted{
      0};  ///< kept responders whose client had gone when they were answered; sinks abandoned
  std::atomic<std::size_t> sinks{0};  ///< alive
  std::atomic<std::size_t> taken{0};  ///< bytes that sinks took
};

/// Answers by path: /hello, /echo (the body), /target, /peer, /headers (their count), /big?BYTES,
/// /lay (how long it lay unread, in ns), /sentinel (202), /hidden (201), /busy/MS (503, and a respite of so long),
/// /gather/MS (has the loop let requests gather for so long),
/// /keep/NAME (answered by /answer/NAME on the same thread, in the order of the names' letters), /drop (no answer),
/// /throw, anything else 404.
class TestService : public Service {
 public:
  TestService(Shared& shared, core::EventLoop& loop);
  ~TestService() override;
  void on_request(const RequestView& request, Responder responder) override;
  std::string_view write_protocol_error(int status, std::string_view detail, const RequestView* head,
                                        core::TextBuffer& body) override;
  /// Below /stream/: see harness.cpp.
  bool wants_pieces(const RequestView& head) const override;
  BodySink* open_body(const RequestView& head, Responder responder) override;

 private:
  struct Held;
  Shared& shared_;
  core::EventLoop& loop_;
  std::unique_ptr<Held> held_;
  std::map<char, Responder> kept_;
};

/// A started server on 127.0.0.1, port 0.
class TestServer {
 public:
  explicit TestServer(ServerSettings settings = {}, const core::Clock& clock = core::SteadyClock::instance());

  std::uint16_t port(std::size_t i = 0) const { return server->port(i); }

  CountingObserver observer;
  Shared shared;
  std::unique_ptr<Server> server;
};

/// Settings of one thread.
ServerSettings one_thread();

/// Waits until `condition` holds, yielding; false after ten seconds.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace pelton::http::test
