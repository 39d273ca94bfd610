#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/clock.hpp"
#include "core/text_buffer.hpp"

namespace pelton::http {

class Connection;

/// Status line, and the headers a reply is made of besides Date, Content-Length and Connection,
/// which the connection writes itself.
struct ReplyHead {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string_view headers = {};  ///< further complete lines, each ending in CRLF; the writer vouches for them
  bool plain = false;             ///< sent as it is, whatever content coding the client would take
  /// The connection's next request, unless it has come already, is not read sooner than this: a client that
  /// asks again at once when it is turned away is not to take the time of those that are served.
  core::Duration respite{0};
};

/// The right, and the duty, to answer one request; move-only, two words.
///
/// May be kept and answered later, on the thread that handed it over, in any order: the connection
/// puts pipelined answers in order. If the client has gone, answering is harmless and goes nowhere.
/// A responder destroyed without an answer sends 500, so that no caller waits for ever.
///
///     core::TextBuffer& body = responder.begin({.status = 200});
///     body.append(R"({"status":"alive"})");
///     responder.finish();
class Responder {
 public:
  Responder() = default;
  Responder(Responder&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)), sequence_(other.sequence_) {}
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  explicit operator bool() const noexcept { return connection_ != nullptr; }
  /// False once the client is known to have gone: work for it may be dropped.
  bool wanted() const noexcept;
  /// The client will say no more. It may be reading, or have given up: that is seen only when it is written to.
  bool hung_up() const noexcept;

  /// Writes the head; what is appended to the buffer until `finish` is the body. Both belong in one
  /// go: nothing else of this connection may be answered, and no event handled, in between. For HEAD requests the body
  /// is counted, not sent.
  core::TextBuffer& begin(const ReplyHead& head);
  /// Completes the answer; the responder is empty afterwards.
  void finish();
  /// Forgets the answer, or the piece of one, that was begun and is not complete: another may be begun. For whoever
  /// runs out of memory while writing.
  void take_back() noexcept;
  /// The whole answer in one call.
  void reply(const ReplyHead& head, std::string_view body);

  // For the answer to a body that is taken in pieces (BodySink; HTTP/1.1 only): it is of unknown length,
  // and its pieces are sent as they are written.
  /// Writes the head.
  void begin_stream(const ReplyHead& head);
  /// Where the next piece of the body is written, in one go, until `end_piece`.
  core::TextBuffer& begin_piece();
  void end_piece();
  /// Completes the answer; the responder is empty afterwards. Not `whole`: the client is to see that something is
  /// missing, and the connection breaks off.
  void finish_stream(bool whole = true);
  /// The sink is ready again.
  void read_on();

 private:
  friend class Connection;
  Responder(Connection* connection, std::uint64_t sequence) noexcept : connection_(connection), sequence_(sequence) {}

  Connection* connection_ = nullptr;  ///< holds one reference
  std::uint64_t sequence_ = 0;        ///< which of the connection's requests
};

}  // namespace pelton::http
