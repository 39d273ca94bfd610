#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/text_buffer.hpp"
#include "http/content_coding.hpp"
#include "http/responder.hpp"

namespace pelton::http {

/// What a request said about the form of its answer.
struct ReplyForm {
  bool http11 = true;
  bool keep_alive = true;
  bool head = false;                               ///< the body is counted, not sent
  ContentCoding coding = ContentCoding::identity;  ///< that a large body may be sent in
};

/// What all reply queues of one thread share: spare buffers, the date, the compressor.
class ReplyShared {
 public:
  /// `pipelined`: the most requests of one connection in hand.
  explicit ReplyShared(std::size_t pipelined);

  std::unique_ptr<core::TextBuffer> take();
  void give(std::unique_ptr<core::TextBuffer> buffer) noexcept;
  /// The whole Date line, CRLF included, as of the last `set_date`.
  std::string_view date_line() const noexcept { return {date_.data(), date_.size()}; }
  /// `seconds` since 1970 (UTC).
  void set_date(std::int64_t seconds) noexcept;

 private:
  friend class ReplyQueue;
  struct Slot {
    std::unique_ptr<core::TextBuffer> side;  ///< the answer, if it came before its turn
    ReplyForm form;
    bool answered = false;
    bool closes = false;
    bool interim = false;  ///< 100 Continue goes before it
  };
  static constexpr std::size_t kLine = sizeof("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n") - 1;

  std::unique_ptr<Slot[]> take_ring();
  void give_ring(std::unique_ptr<Slot[]> ring) noexcept;

  const std::size_t ring_size_;  ///< a power of two, at least `pipelined` + 1
  std::vector<std::unique_ptr<core::TextBuffer>> buffers_;
  std::size_t large_ = 0;  ///< of buffers_
  std::vector<std::unique_ptr<Slot[]>> rings_;
  std::array<char, kLine> date_;
  std::int64_t date_seconds_ = -1;
  Deflater deflater_;
  core::TextBuffer compressed_;
};

/// Puts one connection's answers in the order of its requests. The oldest request's answer is
/// written straight into the outgoing bytes, later ones wait in buffers of their own. Not thread-safe.
class ReplyQueue {
 public:
  explicit ReplyQueue(ReplyShared& shared) noexcept : shared_(shared) {}
  ~ReplyQueue();
  ReplyQueue(const ReplyQueue&) = delete;
  ReplyQueue& operator=(const ReplyQueue&) = delete;

  /// Takes in the next request; returns its sequence number.
  std::uint64_t admit(const ReplyForm& form);
  /// Requests admitted whose answers are not yet among the outgoing bytes.
  std::size_t waiting() const noexcept { return static_cast<std::size_t>(next_ - oldest_); }
  std::uint64_t next() const noexcept { return next_; }
  bool is_oldest(std::uint64_t sequence) const noexcept { return sequence == oldest_ && oldest_ != next_; }

  /// Begins the answer to `sequence`: what is appended until `finish` is its body. `closes`: it is
  /// the connection's last, and says so.
  core::TextBuffer& begin(std::uint64_t sequence, const ReplyHead& head, bool closes);
  void finish();
  bool begun() const noexcept { return writing_ != nullptr; }
  /// Forgets what `begin` or `begin_piece` began for `sequence`, if that is what is being written.
  void take_back(std::uint64_t sequence) noexcept;
  /// Begins an answer of unknown length to `sequence`, the oldest request, sent in chunks (HTTP/1.1 only).
  /// Each piece is what is appended between `begin_piece` and `end_piece`; other answers may be
  /// written in between.
  void begin_stream(std::uint64_t sequence, const ReplyHead& head, bool closes);
  core::TextBuffer& begin_piece();
  void end_piece();
  /// Ends it. Not `whole`: the last chunk is left out, so that the client sees that something is missing.
  void finish_stream(bool whole, bool closes);
  bool streaming() const noexcept { return streaming_; }
  /// 100 Continue for the request that is being read, in its turn.
  void add_interim();

  std::string_view unsent() const noexcept {
    return out_ ? out_->view().substr(sent_, complete_ - sent_) : std::string_view();
  }
  void sent(std::size_t n) noexcept;
  /// The answer that ends the connection is among the outgoing bytes (or was sent).
  bool closing() const noexcept { return closing_; }

 private:
  using Slot = ReplyShared::Slot;
  static constexpr std::size_t kOwn = 2;

  Slot& slot(std::uint64_t sequence) noexcept {
    return ring_ ? ring_[sequence & (shared_.ring_size_ - 1)] : own_[sequence % kOwn];
  }
  core::TextBuffer& out();
  void write_lines(const ReplyHead& head, const Slot& slot);
  void write_head(const ReplyHead& head, const Slot& slot);
  void compress(ContentCoding coding);
  void close_gap();
  void advance();

  ReplyShared& shared_;
  std::uint64_t oldest_ = 0;
  std::uint64_t next_ = 0;
  std::unique_ptr<core::TextBuffer> out_;
  std::size_t sent_ = 0;      ///< bytes of out_ that the socket took
  std::size_t complete_ = 0;  ///< bytes of out_ that make whole answers
  std::array<Slot, kOwn> own_;
  std::unique_ptr<Slot[]> ring_;  ///< borrowed while more than kOwn requests wait

  core::TextBuffer* writing_ = nullptr;  ///< the answer between begin and finish
  std::uint64_t writing_sequence_ = 0;
  std::size_t length_at_ = 0;  ///< where its Content-Length line begins
  std::size_t body_at_ = 0;
  int status_ = 0;
  bool compressible_ = false;
  bool streaming_ = false;  ///< the oldest request's answer has begun and goes on
  bool closing_ = false;
  bool interim_due_ = false;
};

}  // namespace pelton::http
