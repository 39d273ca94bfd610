#include "load/reply_reader.hpp"

#include <algorithm>
#include <charconv>

#include "load/text.hpp"

namespace pelton::load {

namespace {

constexpr std::size_t kLongestChunkLine = 1024;

/// All of `text` as an unsigned number in base `base`.
bool parse_number(std::string_view text, int base, std::uint64_t& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value, base);
  return failure == std::errc() && stop == end;
}

/// Whether a comma-separated list (Connection, Transfer-Encoding) names `word`.
bool list_has(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (same_word(trimmed(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

void ReplyReader::begin(bool head_request) noexcept {
  state_ = State::head;
  head_request_ = head_request;
  started_ = false;
  keep_alive_ = true;
  chunked_ = has_length_ = false;
  status_ = 0;
  remaining_ = 0;
  trailer_bytes_ = 0;
  pending_.clear();
}

ReplyReader::Progress ReplyReader::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  started_ |= !bytes.empty();
  while (state_ != State::done) {
    std::string_view rest = bytes.substr(used);
    if (rest.empty()) return Progress::more;
    std::size_t taken = 0;
    bool sound = true;
    switch (state_) {
      case State::head: sound = feed_head(rest, taken); break;
      case State::chunk_size:
      case State::chunk_end:
      case State::trailer: sound = feed_line(rest, taken); break;
      case State::body:
      case State::chunk_data:
        taken = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size()));
        remaining_ -= taken;
        if (remaining_ == 0) state_ = state_ == State::body ? State::done : State::chunk_end;
        break;
      case State::until_close:
      case State::done: taken = rest.size(); break;
    }
    if (!sound) return Progress::malformed;
    used += taken;
  }
  return Progress::done;
}

bool ReplyReader::feed_head(std::string_view bytes, std::size_t& used) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  if (pending_.empty()) {  // the usual case: the whole head in one piece, parsed where it lies
    const std::size_t end = bytes.find(kEnd);
    if (end != std::string_view::npos) {
      used = end + kEnd.size();
      return used <= kLongestHead && parse_head(bytes.substr(0, end + 2));
    }
  }
  // The end mark may begin in what came before: look again from three bytes back.
  const std::size_t before = pending_.size();
  const std::size_t from = before < kEnd.size() - 1 ? 0 : before - (kEnd.size() - 1);
  pending_.append(bytes.substr(0, kLongestHead + 1 - before));
  const std::size_t end = pending_.find(kEnd, from);
  if (end == std::string::npos) {
    used = bytes.size();
    return pending_.size() <= kLongestHead;
  }
  used = end + kEnd.size() - before;
  const std::string head = std::move(pending_);
  pending_.clear();
  return parse_head(std::string_view(head).substr(0, end + 2));
}

bool ReplyReader::parse_head(std::string_view head) {
  // "HTTP/1.1 200 OK": version, space, three digits; the reason is optional (RFC 9112, section 4).
  std::uint64_t status = 0;
  if (head.size() < 14 || !head.starts_with("HTTP/1.") || head[8] != ' ' ||
      !parse_number(head.substr(9, 3), 10, status) || status < 100 || (head[12] != ' ' && head[12] != '\r')) {
    return false;
  }
  status_ = static_cast<int>(status);
  keep_alive_ = head[7] == '1';
  chunked_ = has_length_ = false;
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    if (!parse_header(head.substr(0, end))) return false;
    head.remove_prefix(end + 2);
  }
  return enter_body();
}

bool ReplyReader::parse_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view name = line.substr(0, colon);
  // Told apart by length first: three of a dozen headers matter.
  if (name.size() == 14 && same_word(name, "Content-Length")) {
    const std::uint64_t before = remaining_;
    if (!parse_number(trimmed(line.substr(colon + 1)), 10, remaining_)) return false;
    if (has_length_ && before != remaining_) return false;
    has_length_ = true;
  } else if (name.size() == 17 && same_word(name, "Transfer-Encoding")) {
    if (!same_word(trimmed(line.substr(colon + 1)), "chunked")) return false;
    chunked_ = true;
  } else if (name.size() == 10 && same_word(name, "Connection")) {
    const std::string_view value = line.substr(colon + 1);
    if (list_has(value, "close")) {
      keep_alive_ = false;
    } else if (list_has(value, "keep-alive")) {
      keep_alive_ = true;
    }
  }
  return true;
}

/// RFC 9112, section 6.3: what tells the length of this answer's body.
bool ReplyReader::enter_body() {
  if (status_ < 200) {
    if (status_ == 101) return false;  // nothing was asked to be upgraded
    state_ = State::head;
  } else if (head_request_ || status_ == 204 || status_ == 304) {
    state_ = State::done;
  } else if (chunked_) {
    if (has_length_) return false;
    state_ = State::chunk_size;
  } else if (has_length_) {
    state_ = remaining_ == 0 ? State::done : State::body;
  } else {
    state_ = State::until_close;
  }
  return true;
}

bool ReplyReader::feed_line(std::string_view bytes, std::size_t& used) {
  const std::size_t end = bytes.find('\n');
  used = end == std::string_view::npos ? bytes.size() : end + 1;
  if (pending_.size() + used > kLongestChunkLine) return false;
  pending_.append(bytes.substr(0, used));
  if (end == std::string_view::npos) return true;
  if (!pending_.ends_with("\r\n")) return false;
  const std::string_view line = std::string_view(pending_).substr(0, pending_.size() - 2);
  bool sound = true;
  if (state_ == State::chunk_size) {
    sound = parse_chunk_size(line);
  } else if (state_ == State::chunk_end) {
    sound = line.empty();
    state_ = State::chunk_size;
  } else if (line.empty()) {
    state_ = State::done;
  } else {
    trailer_bytes_ += pending_.size();
    sound = trailer_bytes_ <= kLongestHead;
  }
  pending_.clear();
  return sound;
}

bool ReplyReader::parse_chunk_size(std::string_view line) {
  if (!parse_number(trimmed(line.substr(0, line.find(';'))), 16, remaining_)) return false;
  state_ = remaining_ == 0 ? State::trailer : State::chunk_data;
  return true;
}

}  // namespace pelton::load
