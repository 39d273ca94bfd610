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
  explicit ReaderShared(const Limits& bounds) : limits(bounds), parser(bounds) {}

  const Limits limits;
  HeadParser parser;
  InputPool pool;
  Inflater inflater;
  core::TextBuffer inflated;
};

/// Makes requests of a stream of bytes: heads, bodies of a stated length, chunked and compressed
/// bodies. Knows no sockets, so the same bytes split anywhere give the same requests.
///
///     reader.make_room();  // then write up to free() bytes at tail()
///     reader.added(n);
///     while (reader.next(head) == RequestReader::Next::request) …   // views valid until the next call
///
/// Between requests it holds only what is left of the last read. Not thread-safe.
class RequestReader {
 public:
  enum class Next { need_more, request, refused };

  explicit RequestReader(ReaderShared& shared) noexcept : shared_(shared), buffer_(shared.pool) {}

  void make_room();
  char* tail() noexcept { return buffer_.tail(); }
  std::size_t free() const noexcept { return buffer_.free(); }
  void added(std::size_t n) noexcept { buffer_.added(n); }

  /// The next request, if all of it is there: `head.view` whole but for peer and received. After
  /// refused nothing more can be read: `refusal()` says why.
  Next next(RequestHead& head);
  const Refusal& refusal() const noexcept { return refusal_; }

  /// True once for a request whose body is awaited and whose client awaits 100 Continue.
  bool take_continue() noexcept;

  /// Nothing of a next request is there.
  bool idle() const noexcept { return buffer_.size() == consumed_; }
  bool in_body() const noexcept { return phase_ != Phase::head; }

 private:
  enum class Phase : std::uint8_t { head, length, chunked };

  Next read_head(RequestHead& head);
  Next read_length(RequestHead& head);
  Next read_chunks(RequestHead& head);
  Next deliver(RequestHead& head, std::size_t body_size, std::size_t consumed);
  Next refuse(int status, std::string_view detail) noexcept;
  bool worth_parsing() noexcept;

  ReaderShared& shared_;
  InputBuffer buffer_;
  std::size_t consumed_ = 0;   ///< of the request handed out last: dropped by the next call
  std::size_t scanned_ = 0;    ///< bytes of an incomplete head that were parsed without success
  std::size_t head_size_ = 0;  ///< in a body: of its head, which stays in front of it
  std::size_t body_size_ = 0;  ///< in a body: decoded so far (chunked), or stated
  ChunkedDecoder chunks_;
  Refusal refusal_;
  Phase phase_ = Phase::head;
  bool continue_wanted_ = false;
};

}  // namespace pelton::http
