#pragma once

#include <cstdint>
#include <exception>
#include <memory>

#include "core/event_loop.hpp"
#include "http/body_sink.hpp"
#include "http/handshakes.hpp"
#include "http/io_loop.hpp"
#include "http/peer_address.hpp"
#include "http/reply_queue.hpp"
#include "http/request_reader.hpp"
#include "http/tick_wheel.hpp"
#include "http/transport.hpp"
#include "http/unique_fd.hpp"

namespace pelton::http {

/// One client's socket: reads requests from it, hands them to the loop's service, writes the answers.
///
/// Lives on its loop's thread. The loop holds one reference while the socket is open, each Responder
/// one, and so does a queued flush; when the last one lets go it is buried, and the loop destroys it
/// after the round, so that no event of the round meets a destroyed connection.
class Connection final : private TickWheel::Entry {
 public:
  /// Takes over an accepted, non-blocking socket; `tls`: the client must shake hands first.
  static void open(IoLoop& loop, UniqueFd socket, const PeerAddress& peer, bool tls);

  /// The socket is ready (epoll's event bits).
  void on_event(std::uint32_t events);
  /// The server is draining: an idle connection closes now, any other after its answers.
  void on_drain();
  /// Closes at once, whatever was under way.
  void cut();
  /// A respite (ReplyHead) is over.
  void end_rest();

  void hold() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) loop_.bury(*this);
  }

  // For Responder:
  bool is_open() const noexcept { return static_cast<bool>(transport_); }
  bool hung_up() const noexcept { return ended_ || hung_up_; }
  core::TextBuffer& begin(std::uint64_t sequence, const ReplyHead& head) noexcept;
  void finish() noexcept;
  void take_back(std::uint64_t sequence) noexcept { replies_.take_back(sequence); }
  void answer_failure(std::uint64_t sequence) noexcept;
  void begin_stream(std::uint64_t sequence, const ReplyHead& head) noexcept;
  core::TextBuffer& begin_piece() noexcept;
  void end_piece() noexcept;
  void finish_stream(bool whole) noexcept;
  void read_on() noexcept;

  // For the loop's lists:
  std::size_t place = 0;  ///< among its members
  Connection* next_buried = nullptr;
  ~Connection() = default;

 private:
  /// A TLS connection until its handshake is complete.
  struct Greeting final : Handshakes::Guest {
    explicit Greeting(Connection& owner) noexcept : Guest(owner.loop_.handshakes()), connection(owner) {}
    void on_turn() override;
    void on_crowded_out() override;
    Connection& connection;
  };

  Connection(IoLoop& loop, UniqueFd socket, const PeerAddress& peer);

  template <class Work>
  void guarded(Work work) noexcept;
  void greet();
  void answer_plainly();
  void begin_handshake();
  void go_on_with_handshake();
  void end_handshake();
  void receive();
  void on_end_of_input();
  void discard();
  void rest();
  void process();
  std::uint64_t admit(RequestHead& head);
  void dispatch(RequestHead& head);
  bool wants_pieces(const RequestHead& head) const;
  bool open_body(RequestHead& head);
  bool feed();
  std::size_t most_unsent(MayWait wait) const noexcept;
  void end_body();
  void fail_body(const Refusal& refusal);
  void send_continue();
  void refuse(const Refusal& refusal, RequestHead head = {});
  bool may_read_on() const noexcept;

  void schedule_flush();
  void flush();
  bool send_all();
  void after_flush();
  void linger();
  void finish_if_idle();
  bool idle() const noexcept;
  void schedule_read();
  std::uint32_t waits_through_tls(std::uint32_t events);

  void wait_for(std::uint32_t events);
  void update_waiting();
  void update_deadline();
  void on_deadline() override;
  void refused_as(const char* reason) noexcept;
  static const char* reason_of(const Refusal& refusal) noexcept {
    return refusal.status == 503 ? "memory" : "protocol";
  }

  IoLoop& loop_;
  Transport transport_;
  std::unique_ptr<Greeting> greeting_;
  RequestReader reader_;
  BodySink* sink_ = nullptr;  ///< takes the body that is being read
  ReplyQueue replies_;
  core::TimePoint started_;        ///< first byte of the request being read
  core::TimePoint last_progress_;  ///< of a client that is slow to take its answers; start of lingering
  std::size_t lingered_ = 0;       ///< bytes read away
  core::TimePoint rest_until_{};   ///< nothing is read before
  std::uint64_t served_ = 0;
  std::uint32_t references_ = 1;
  std::uint32_t waits_for_ = 0;  ///< epoll's event bits
  bool flush_queued_ = false;
  bool read_queued_ = false;
  bool resting_ = false;          ///< bytes have come before rest_until_
  bool blocked_ = false;          ///< the socket is full
  bool last_ = false;             ///< no further request is read: the newest one's answer closes
  bool last_after_body_ = false;  ///< last_, once the sink has all of its body
  bool paused_ = false;           ///< requests may be buffered that are not looked at yet
  bool ended_ = false;            ///< all that the client sent has been read, and it sends no more
  bool hung_up_ = false;          ///< the client sends no more, which was seen while nothing was to be read
  bool lingering_ = false;
  bool finished_ = false;  ///< the census knows it has said its last word
  PeerAddress peer_;
  struct FlushTask : core::Task {
    explicit FlushTask(Connection& owner);
    Connection& connection;
  } flush_task_;
  /// Reads on where TLS holds bytes that epoll does not tell of.
  struct ReadTask : core::Task {
    explicit ReadTask(Connection& owner);
    Connection& connection;
  } read_task_;
};

/// Only memory can run out below; then this connection is given up, and with it what it holds.
template <class Work>
void Connection::guarded(Work work) noexcept {
  hold();
  try {
    work();
  } catch (const std::exception&) {
    refused_as("memory");
    cut();
  }
  release();
}

}  // namespace pelton::http
