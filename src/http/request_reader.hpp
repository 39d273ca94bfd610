#pragma once

#include <cstddef>
#include <cstdint>

#include "core/text_buffer.hpp"
#include "http/chunked_decoder.hpp"
#include "http/content_coding.hpp"
#include "http/head_parser.hpp"
#include "http/input_buffer.hpp"

namespace pelton::http {

/// What all readers of one thread share: only one of them is at work at a time.
struct ReaderShared {
  explicit ReaderShared(const Limits& bounds);

  const Limits limits;
  const Limits stream_limits;  ///< likewise, of a body that goes by in pieces
  HeadParser parser;
  InputPool pool;
  Inflater inflater;
  core::TextBuffer inflated;
};

/// Makes requests of a stream of bytes: heads, bodies of a stated length, chunked and compressed
/// bodies. Knows no sockets, so the same bytes split anywhere give the same requests.
///
///     if (reader.make_room()) …  // write up to free() bytes at tail()
///     reader.added(n);
///     while (reader.next(head) == RequestReader::Next::request) …   // views valid until the next call
///
/// A long body may go by in pieces instead: where `next` says body_ahead, `stream` lets it, then:
///
///     for (std::string_view piece; !(piece = reader.piece()).empty();) reader.took(…);
///     if (reader.body_ended()) reader.end_body();  // and on with next()
///
/// Between requests it holds only what is left of the last read. Not thread-safe.
class RequestReader {
 public:
  /// body_ahead: a head is there whose body is longer than kLongBody or of unknown length: either `collect`
  /// or `stream` it.
  enum class Next { need_more, request, refused, body_ahead };
  static constexpr std::uint64_t kLongBody = 64 * 1024;

  explicit RequestReader(ReaderShared& shared) noexcept : shared_(shared), buffer_(shared.pool) {}

  /// False where there is no memory for what comes: `next` and `piece` refuse it from here on.
  bool make_room() noexcept;
  char* tail() noexcept { return buffer_.tail(); }
  std::size_t free() const noexcept { return buffer_.free(); }
  void added(std::size_t n) noexcept { buffer_.added(n); }

  /// The next request, if all of it is there: `head.view` whole but for peer and received. After
  /// refused nothing more can be read: `refusal()` says why.
  Next next(RequestHead& head);
  const Refusal& refusal() const noexcept { return refusal_; }
  /// Whether the head is known of the request whose body is collected or was refused; then it is read once more.
  bool read_known(RequestHead& head);

  /// After body_ahead: the request as `next` gives it, once its body is there.
  Next collect(RequestHead& head);
  /// After body_ahead: the body goes by in pieces. The head's views are void from here on.
  void stream(const RequestHead& head);
  /// What has come of the body and was not taken yet, decoded; valid until the next call of anything. Empty: more
  /// has to be read, or the body has ended, or it is refused (`refusal`).
  std::string_view piece();
  void took(std::size_t n) noexcept;
  bool body_ended() const noexcept { return ready_ == 0 && ended_; }
  void end_body() noexcept;

  /// True once for a request whose body is awaited and whose client awaits 100 Continue.
  bool take_continue() noexcept;

  /// Nothing of a next request is there.
  bool idle() const noexcept { return buffer_.size() == consumed_ && phase_ != Phase::pieces; }
  bool in_body() const noexcept { return phase_ != Phase::head; }

 private:
  enum class Phase : std::uint8_t { head, length, chunked, pieces };

  void grow();
  Next read_head(RequestHead& head);
  Next read_length(RequestHead& head);
  Next read_chunks(RequestHead& head);
  Next deliver(RequestHead& head, std::size_t body_size, std::size_t consumed);
  Next inflate(RequestHead& head);
  Next whole() noexcept;
  void decode_piece();
  Next refuse(int status, std::string_view detail) noexcept;
  bool worth_parsing() noexcept;

  ReaderShared& shared_;
  InputBuffer buffer_;
  std::size_t consumed_ = 0;   ///< of the request handed out last: dropped by the next call
  std::size_t scanned_ = 0;    ///< bytes of an incomplete head that were parsed without success
  std::size_t head_size_ = 0;  ///< in a body that is collected, or was refused: of its head, in front of it; else 0
  std::size_t body_size_ = 0;  ///< in a body: decoded so far (chunked), or stated
  std::size_t ready_ = 0;      ///< in pieces: decoded bytes at the buffer's front
  std::uint64_t left_ = 0;     ///< in pieces: of a stated length, bytes that are not among the ready ones yet
  ChunkedDecoder chunks_;
  Refusal refusal_;
  Phase phase_ = Phase::head;
  bool continue_wanted_ = false;
  bool chunked_ = false;  ///< the body in pieces is
  bool ended_ = false;    ///< nothing of the body in pieces comes after the ready bytes
};

}  // namespace pelton::http
