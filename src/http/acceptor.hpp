#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/event_loop.hpp"
#include "http/asio.hpp"
#include "http/census.hpp"
#include "http/io_loop.hpp"
#include "http/listening_socket.hpp"

namespace pelton::http {

/// Accepts on every endpoint, and deals each socket to the loop with the fewest connections. Pauses
/// where the server is full or descriptors have run out. Lives on the first loop's thread.
///
/// One that deals is fair where SO_REUSEPORT is not: behind a proxy's few kept connections the
/// kernel's hash may put them all on one thread.
class Acceptor {
 public:
  Acceptor(std::span<const std::unique_ptr<IoLoop>> loops, Census& census, ConnectionObserver& observer);

  /// Takes over the sockets and begins. On the first loop's thread, as all below.
  void start(std::span<ListeningSocket> sockets);
  /// Accepts what is complete already, then closes the sockets.
  void close();

 private:
  struct Door {
    Door(net::io_context& context, ListeningSocket& listening)
        : socket(context, listening.release()), tls(listening.tls()) {}
    net::posix::stream_descriptor socket;
    const bool tls;
    bool waiting = false;
  };
  enum class Accepted { all, some, no_room, no_descriptors };

  void await(Door& door);
  void on_ready(Door& door);
  Accepted accept_some(Door& door, int most);
  void deal(UniqueFd socket, const PeerAddress& peer, bool tls);
  void pause_briefly();
  void resume();

  struct ResumeTask : core::Task {
    explicit ResumeTask(Acceptor& owner);
    Acceptor& acceptor;
  };

  std::span<const std::unique_ptr<IoLoop>> loops_;
  Census& census_;
  ConnectionObserver& observer_;
  std::vector<std::unique_ptr<Door>> doors_;
  net::steady_timer timer_;
  ResumeTask resume_task_;
};

}  // namespace pelton::http
