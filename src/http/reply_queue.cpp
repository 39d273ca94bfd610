#include "http/reply_queue.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <cstring>
#include <ctime>
#include <utility>

#include "http/ascii.hpp"
#include "http/status.hpp"

namespace pelton::http {

namespace {

constexpr std::size_t kBuffersKept = 256;
constexpr std::size_t kBufferKeptBytes = 64 * 1024;
constexpr std::size_t kLargeKept = 4;  ///< so many larger ones, and none beyond a MiB
constexpr std::size_t kLargeKeptBytes = 1024 * 1024;
constexpr std::size_t kSentKept = 64 * 1024;
constexpr std::size_t kCompressedFrom = 1024;
/// Compressing is done on the event loop: a larger body would keep its other connections waiting.
constexpr std::size_t kCompressedTo = 4 * 1024 * 1024;

constexpr std::string_view kLengthName = "Content-Length: ";
constexpr std::size_t kLengthDigits = 20;
/// The longest "Content-Length: …\r\n\r\n": kept free before a body until its length is known.
constexpr std::size_t kLengthGap = kLengthName.size() + kLengthDigits + 4;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// Room for a chunk's size line before its data: leading zeros are part of a size (RFC 9112, section 7.1).
constexpr std::size_t kSizeDigits = 8;
constexpr std::size_t kSizeLine = kSizeDigits + 2;

bool has_body(int status) noexcept { return status >= 200 && status != 204 && status != 304; }

bool mentions(std::string_view lines, std::string_view lowered_name) noexcept {
  while (!lines.empty()) {
    if (lines.size() > lowered_name.size() && lines[lowered_name.size()] == ':' &&
        ascii::same(lines.substr(0, lowered_name.size()), lowered_name)) {
      return true;
    }
    const std::size_t end = lines.find('\n');
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
  }
  return false;
}

/// Text shrinks; images and raw rows of doubles hardly do.
bool shrinks(std::string_view content_type) noexcept {
  return content_type.substr(0, 5) == "text/" || content_type.find("json") != std::string_view::npos ||
         content_type.find("xml") != std::string_view::npos ||
         content_type.find("javascript") != std::string_view::npos;
}

}  // namespace

ReplyShared::ReplyShared(std::size_t pipelined) : ring_size_(std::bit_ceil(pipelined + 1)) {
  buffers_.reserve(kBuffersKept);
  rings_.reserve(kBuffersKept);
  date_.fill(' ');
  set_date(0);
}

std::unique_ptr<core::TextBuffer> ReplyShared::take() {
  if (buffers_.empty()) return std::make_unique<core::TextBuffer>();
  std::unique_ptr<core::TextBuffer> buffer = std::move(buffers_.back());
  buffers_.pop_back();
  if (buffer->capacity() > kBufferKeptBytes) --large_;
  return buffer;
}

void ReplyShared::give(std::unique_ptr<core::TextBuffer> buffer) noexcept {
  if (!buffer || buffers_.size() == kBuffersKept) return;
  if (buffer->capacity() > kBufferKeptBytes) {
    if (buffer->capacity() > kLargeKeptBytes || large_ == kLargeKept) return;
    ++large_;
  }
  buffer->clear();
  buffers_.push_back(std::move(buffer));
}

std::unique_ptr<ReplyShared::Slot[]> ReplyShared::take_ring() {
  if (rings_.empty()) return std::make_unique<Slot[]>(ring_size_);
  std::unique_ptr<Slot[]> ring = std::move(rings_.back());
  rings_.pop_back();
  return ring;
}

void ReplyShared::give_ring(std::unique_ptr<Slot[]> ring) noexcept {
  if (rings_.size() < kBuffersKept) rings_.push_back(std::move(ring));
}

void ReplyShared::set_date(std::int64_t seconds) noexcept {
  if (seconds == date_seconds_) return;
  date_seconds_ = seconds;
  const std::time_t time = seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  // IMF-fixdate of RFC 9110, section 5.6.7, in English whatever the locale.
  static constexpr char kDays[] = "SunMonTueWedThuFriSat";
  static constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto two = [](char* at, int value) {
    at[0] = static_cast<char>('0' + value / 10 % 10);
    at[1] = static_cast<char>('0' + value % 10);
  };
  std::memcpy(date_.data(), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", kLine);
  std::memcpy(&date_[6], kDays + 3 * utc.tm_wday, 3);
  two(&date_[11], utc.tm_mday);
  std::memcpy(&date_[14], kMonths + 3 * utc.tm_mon, 3);
  two(&date_[18], (utc.tm_year + 1900) / 100);
  two(&date_[20], (utc.tm_year + 1900) % 100);
  two(&date_[23], utc.tm_hour);
  two(&date_[26], utc.tm_min);
  two(&date_[29], utc.tm_sec);
}

ReplyQueue::~ReplyQueue() {
  for (; oldest_ != next_; ++oldest_) slot(oldest_) = Slot();
  if (ring_) shared_.give_ring(std::move(ring_));
  shared_.give(std::move(out_));
}

std::uint64_t ReplyQueue::admit(const ReplyForm& form) {
  assert(waiting() < shared_.ring_size_);
  if (!ring_ && waiting() == kOwn) {
    std::unique_ptr<Slot[]> ring = shared_.take_ring();
    for (std::uint64_t s = oldest_; s != next_; ++s) ring[s & (shared_.ring_size_ - 1)] = std::move(slot(s));
    ring_ = std::move(ring);
  }
  Slot& fresh = slot(next_);
  fresh = Slot();
  fresh.form = form;
  fresh.interim = std::exchange(interim_due_, false);
  return next_++;
}

core::TextBuffer& ReplyQueue::out() {
  if (!out_) {
    out_ = shared_.take();
    sent_ = complete_ = 0;
  }
  return *out_;
}

void ReplyQueue::add_interim() {
  if (waiting() != 0) {
    interim_due_ = true;
    return;
  }
  out().append(kContinue);
  complete_ = out_->size();
}

core::TextBuffer& ReplyQueue::begin(std::uint64_t sequence, const ReplyHead& head, bool closes) {
  assert(!begun());
  Slot& answer = slot(sequence);
  answer.closes = closes;
  if (sequence == oldest_) {
    writing_ = &out();
  } else {
    answer.side = shared_.take();
    writing_ = answer.side.get();
  }
  writing_sequence_ = sequence;
  status_ = head.status;
  write_head(head, answer);
  return *writing_;
}

void ReplyQueue::write_lines(const ReplyHead& head, const Slot& answer) {
  core::TextBuffer& to = *writing_;
  to.append(status_line(head.status));
  to.append(shared_.date_line());
  if (!head.content_type.empty() && has_body(head.status)) {
    to.append("Content-Type: ");
    to.append(head.content_type);
    to.append("\r\n");
  }
  if (!head.headers.empty()) to.append(head.headers);
  if (answer.closes) {
    to.append("Connection: close\r\n");
  } else if (!answer.form.http11) {
    to.append("Connection: keep-alive\r\n");
  }
}

void ReplyQueue::write_head(const ReplyHead& head, const Slot& answer) {
  write_lines(head, answer);
  core::TextBuffer& to = *writing_;
  length_at_ = to.size();
  to.room(kLengthGap);
  to.advance(kLengthGap);
  body_at_ = to.size();
  compressible_ = !head.plain && answer.form.coding != ContentCoding::identity && has_body(head.status) &&
                  shrinks(head.content_type) && !mentions(head.headers, "content-encoding");
}

void ReplyQueue::finish() {
  assert(begun());
  Slot& answer = slot(writing_sequence_);
  const std::size_t body = writing_->size() - body_at_;
  if (compressible_ && body >= kCompressedFrom && body <= kCompressedTo) {
    compress(answer.form.coding);
  } else {
    close_gap();
  }
  writing_ = nullptr;
  answer.answered = true;
  if (writing_sequence_ == oldest_) {
    complete_ = out_->size();
    advance();
  }
}

void ReplyQueue::take_back(std::uint64_t sequence) noexcept {
  if (!begun()) return;
  const bool outgoing = writing_ == out_.get();
  if (sequence != (outgoing ? oldest_ : writing_sequence_)) return;
  writing_ = nullptr;
  if (outgoing) {
    out_->truncate(complete_);
  } else {
    shared_.give(std::move(slot(sequence).side));
  }
}

/// Writes the Content-Length line right before the body. Digits are few and bodies mostly short, so
/// what moves is the body, unless the head is shorter and nothing lies before it.
void ReplyQueue::close_gap() {
  core::TextBuffer& to = *writing_;
  const std::size_t body = to.size() - body_at_;
  const bool sends_body = has_body(status_) && !slot(writing_sequence_).form.head;
  char line[kLengthGap];
  std::size_t line_size = 0;
  if (has_body(status_)) {
    std::memcpy(line, kLengthName.data(), kLengthName.size());
    line_size = static_cast<std::size_t>(std::to_chars(line + kLengthName.size(), line + sizeof line, body).ptr - line);
    line[line_size++] = '\r';
    line[line_size++] = '\n';
  }
  line[line_size++] = '\r';
  line[line_size++] = '\n';
  char* const at = to.data() + length_at_;
  std::memcpy(at, line, line_size);
  if (!sends_body) {
    to.truncate(length_at_ + line_size);
    return;
  }
  std::memmove(at + line_size, to.data() + body_at_, body);
  to.truncate(length_at_ + line_size + body);
}

void ReplyQueue::compress(ContentCoding coding) {
  core::TextBuffer& to = *writing_;
  core::TextBuffer& compressed = shared_.compressed_;
  compressed.clear();
  if (!shared_.deflater_.deflate(coding, to.view().substr(body_at_), compressed)) {
    close_gap();
    return;
  }
  to.truncate(length_at_);
  to.append("Content-Encoding: ");
  to.append(to_string(coding));
  to.append("\r\nVary: Accept-Encoding\r\n");
  to.append(kLengthName);
  to.append_integer(compressed.size());
  to.append("\r\n\r\n");
  if (!slot(writing_sequence_).form.head) to.append(compressed.view());
  if (compressed.capacity() > kBufferKeptBytes) compressed.release();
}

/// Moves on from the oldest request, which has been answered, past every one that waited for it.
void ReplyQueue::advance() {
  for (;;) {
    closing_ |= slot(oldest_).closes;
    slot(oldest_) = Slot();
    ++oldest_;
    if (oldest_ == next_) {
      if (interim_due_) {
        interim_due_ = false;
        add_interim();
      }
      break;
    }
    Slot& answer = slot(oldest_);
    if (std::exchange(answer.interim, false)) {
      out().append(kContinue);
      complete_ = out_->size();
    }
    if (!answer.answered) return;
    if (out_->size() == 0) {
      shared_.give(std::exchange(out_, std::move(answer.side)));
    } else {
      out_->append(answer.side->view());
      shared_.give(std::move(answer.side));
    }
    complete_ = out_->size();
  }
  if (ring_) shared_.give_ring(std::move(ring_));
}

void ReplyQueue::begin_stream(std::uint64_t sequence, const ReplyHead& head, bool closes) {
  assert(!begun() && !streaming_ && sequence == oldest_);
  static_cast<void>(sequence);
  Slot& answer = slot(oldest_);
  assert(answer.form.http11 && has_body(head.status) && !answer.form.head);
  answer.closes = closes;
  writing_ = &out();
  write_lines(head, answer);
  writing_->append("Transfer-Encoding: chunked\r\n\r\n");
  writing_ = nullptr;
  complete_ = out_->size();
  streaming_ = true;
}

core::TextBuffer& ReplyQueue::begin_piece() {
  assert(!begun() && streaming_);
  core::TextBuffer& to = out();
  to.room(kSizeLine);
  to.advance(kSizeLine);
  writing_ = &to;
  body_at_ = to.size();
  return to;
}

void ReplyQueue::end_piece() {
  assert(begun() && streaming_);
  core::TextBuffer& to = *std::exchange(writing_, nullptr);
  std::size_t size = to.size() - body_at_;
  if (size == 0) {  // a chunk of nothing would be the last
    to.truncate(complete_);
    return;
  }
  assert(size >> (4 * kSizeDigits) == 0);
  to.append("\r\n");
  char* const line = to.data() + body_at_ - kSizeLine;
  std::memcpy(line + kSizeDigits, "\r\n", 2);
  for (std::size_t i = kSizeDigits; i-- > 0; size >>= 4) line[i] = "0123456789abcdef"[size & 15];
  complete_ = to.size();
}

void ReplyQueue::finish_stream(bool whole, bool closes) {
  assert(!begun() && streaming_);
  streaming_ = false;
  if (!whole) {
    closing_ = true;  // and what waits behind it stays there
    return;
  }
  out().append("0\r\n\r\n");
  slot(oldest_).closes |= closes;
  complete_ = out_->size();
  advance();
}

void ReplyQueue::sent(std::size_t n) noexcept {
  sent_ += n;
  if (begun()) return;
  if (sent_ == complete_) {
    shared_.give(std::move(out_));
    sent_ = complete_ = 0;
  } else if (sent_ > kSentKept && sent_ > complete_ / 2) {
    // A client that is always a little behind must not make the buffer grow for ever.
    std::memmove(out_->data(), out_->data() + sent_, complete_ - sent_);
    complete_ -= sent_;
    out_->truncate(complete_);
    sent_ = 0;
  }
}

}  // namespace pelton::http
