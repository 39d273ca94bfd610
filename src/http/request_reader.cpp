#include "http/request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace pelton::http {

namespace {
constexpr std::size_t kReparsedAlways = 4096;
/// An inflated body's memory is kept for the next one up to this size.
constexpr std::size_t kInflatedKept = 1024 * 1024;
constexpr std::string_view kNoMemory = "there is no memory for the request at the moment";

Limits for_streams(const Limits& bounds) {
  Limits limits = bounds;
  limits.body_bytes = static_cast<std::size_t>(bounds.stream_bytes);
  return limits;
}
}  // namespace

ReaderShared::ReaderShared(const Limits& bounds) : limits(bounds), stream_limits(for_streams(bounds)), parser(bounds) {}

bool RequestReader::make_room() noexcept {
  if (consumed_ != 0) buffer_.consume(std::exchange(consumed_, 0));
  try {
    grow();
  } catch (const std::bad_alloc&) {
    refuse(503, kNoMemory);
    return false;
  }
  return true;
}

void RequestReader::grow() {
  if (phase_ == Phase::pieces) {
    buffer_.make_room(InputPool::kSmallest);
  } else if (phase_ == Phase::length) {
    // Grows with what has arrived, not with what was promised: a promise costs the client nothing.
    const std::size_t earned = buffer_.free() == 0 ? buffer_.size() * 2 : buffer_.size();
    buffer_.make_room(std::min(head_size_ + body_size_, std::max(InputPool::kSmallest, earned)));
  } else if (buffer_.free() == 0) {
    const bool front_is_free = buffer_.size() <= InputBuffer::kOwn / 2;
    buffer_.make_room(front_is_free ? InputBuffer::kOwn : std::max(InputPool::kSmallest, buffer_.size() * 2));
  }
}

RequestReader::Next RequestReader::next(RequestHead& head) {
  if (consumed_ != 0) buffer_.consume(std::exchange(consumed_, 0));
  if (shared_.inflated.capacity() > kInflatedKept) shared_.inflated.release();
  if (refusal_.status != 0) return Next::refused;
  switch (phase_) {
    case Phase::head: return read_head(head);
    case Phase::length: return read_length(head);
    case Phase::chunked: return read_chunks(head);
    case Phase::pieces: return Next::need_more;
  }
  return Next::refused;
}

bool RequestReader::take_continue() noexcept { return std::exchange(continue_wanted_, false); }

/// A head that arrives byte by byte must not be parsed from its start for each: beyond a first few
/// KiB only a new line end, or an eighth more, is worth another look.
bool RequestReader::worth_parsing() noexcept {
  const std::size_t size = buffer_.size();
  if (size <= kReparsedAlways || size >= shared_.limits.header_bytes || size - scanned_ >= size / 8) return true;
  return std::memchr(buffer_.data() + scanned_, '\n', size - scanned_) != nullptr;
}

RequestReader::Next RequestReader::read_head(RequestHead& head) {
  if (buffer_.empty() || !worth_parsing()) return Next::need_more;
  const HeadParser::Outcome outcome = shared_.parser.parse({buffer_.data(), buffer_.size()}, head, refusal_);
  if (outcome == HeadParser::Outcome::refused) return Next::refused;
  if (outcome == HeadParser::Outcome::need_more) {
    scanned_ = buffer_.size();
    return Next::need_more;
  }
  scanned_ = 0;
  if (head.framing == Framing::none) return deliver(head, 0, head.size);
  if (head.framing == Framing::chunked || head.content_length > kLongBody) return Next::body_ahead;
  return collect(head);
}

bool RequestReader::read_known(RequestHead& head) {
  Refusal ignored;
  return head_size_ != 0 &&
         shared_.parser.parse({buffer_.data(), head_size_}, head, ignored) == HeadParser::Outcome::complete;
}

RequestReader::Next RequestReader::collect(RequestHead& head) {
  head_size_ = head.size;
  if (head.content_length > shared_.limits.body_bytes) return refuse(413, "the body is longer than the limit");
  continue_wanted_ = head.expect_continue;
  if (head.framing == Framing::chunked) {
    phase_ = Phase::chunked;
    body_size_ = 0;
    chunks_.restart();
    return read_chunks(head);
  }
  body_size_ = static_cast<std::size_t>(head.content_length);
  if (buffer_.size() - head.size >= body_size_) return deliver(head, body_size_, head.size + body_size_);
  phase_ = Phase::length;
  return Next::need_more;
}

void RequestReader::stream(const RequestHead& head) {
  phase_ = Phase::pieces;
  continue_wanted_ = head.expect_continue;
  chunked_ = head.framing == Framing::chunked;
  chunks_.restart();
  left_ = chunked_ ? 0 : head.content_length;
  ready_ = 0;
  ended_ = !chunked_ && left_ == 0;
  buffer_.consume(head.size);
}

std::string_view RequestReader::piece() {
  if (ready_ == 0 && !ended_ && !buffer_.empty() && refusal_.status == 0) {
    if (chunked_) {
      decode_piece();
    } else {
      ready_ = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer_.size()));
      left_ -= ready_;
      ended_ = left_ == 0;
    }
  }
  return {buffer_.data(), ready_};
}

/// Decodes where the bytes lie; what follows a body's end stays behind what was decoded.
void RequestReader::decode_piece() {
  char* const data = buffer_.data();
  const ChunkedDecoder::Progress progress = chunks_.decode(data, buffer_.size(), data, shared_.stream_limits, refusal_);
  ready_ = progress.produced;  // what comes before a refusal counts, however the bytes are split
  if (progress.outcome != ChunkedDecoder::Outcome::complete) {
    if (ready_ == 0) {
      buffer_.consume(buffer_.size());
    } else {
      buffer_.truncate(ready_);
    }
    return;
  }
  ended_ = true;
  const std::size_t gap = progress.consumed - progress.produced;
  std::memmove(data + gap, data, ready_);
  buffer_.consume(gap);
}

void RequestReader::took(std::size_t n) noexcept {
  ready_ -= n;
  buffer_.consume(n);
}

void RequestReader::end_body() noexcept { phase_ = Phase::head; }

RequestReader::Next RequestReader::read_length(RequestHead& head) {
  const std::size_t whole = head_size_ + body_size_;
  if (buffer_.size() < whole) return Next::need_more;
  // The head was read when it came, and has moved since: its views are made anew.
  shared_.parser.parse({buffer_.data(), head_size_}, head, refusal_);
  return deliver(head, body_size_, whole);
}

RequestReader::Next RequestReader::read_chunks(RequestHead& head) {
  char* const decoded = buffer_.data() + head_size_ + body_size_;
  const std::size_t raw = buffer_.size() - head_size_ - body_size_;
  const ChunkedDecoder::Progress progress = chunks_.decode(decoded, raw, decoded, shared_.limits, refusal_);
  if (progress.outcome == ChunkedDecoder::Outcome::refused) return Next::refused;
  body_size_ += progress.produced;
  if (progress.outcome == ChunkedDecoder::Outcome::need_more) {
    buffer_.truncate(head_size_ + body_size_);
    return Next::need_more;
  }
  shared_.parser.parse({buffer_.data(), head_size_}, head, refusal_);
  return deliver(head, body_size_, head_size_ + body_size_ - progress.produced + progress.consumed);
}

RequestReader::Next RequestReader::deliver(RequestHead& head, std::size_t body_size, std::size_t consumed) {
  phase_ = Phase::head;
  consumed_ = consumed;
  head.view.body = {buffer_.data() + head.size, body_size};
  if (head.content_coding == ContentCoding::identity || head.framing == Framing::none) return whole();
  try {
    return inflate(head);
  } catch (const std::bad_alloc&) {
    shared_.inflated.release();
    return refuse(503, kNoMemory);
  }
}

RequestReader::Next RequestReader::inflate(RequestHead& head) {
  core::TextBuffer& plain = shared_.inflated;
  plain.clear();
  switch (shared_.inflater.inflate(head.content_coding, head.view.body, shared_.limits.body_bytes,
                                   shared_.limits.inflate_ratio, plain)) {
    case Inflater::Outcome::corrupt: return refuse(400, "the body is not whole in its Content-Encoding");
    case Inflater::Outcome::too_large: return refuse(413, "the body, inflated, is longer than the limit");
    case Inflater::Outcome::ok: break;
  }
  plain.room(kBodyPadding);
  head.view.body = plain.view();
  return whole();
}

RequestReader::Next RequestReader::whole() noexcept {
  head_size_ = 0;
  return Next::request;
}

RequestReader::Next RequestReader::refuse(int status, std::string_view detail) noexcept {
  refusal_ = {status, detail};
  return Next::refused;
}

}  // namespace pelton::http
