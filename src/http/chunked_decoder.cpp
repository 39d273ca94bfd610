#include "http/chunked_decoder.hpp"

#include <algorithm>
#include <cstring>

#include "http/ascii.hpp"

namespace pelton::http {

namespace {

/// Fields that decide framing, routing, authentication, how a request is processed or what its
/// content is may not come after the content (RFC 9110, section 6.5.1).
constexpr std::string_view kForbiddenTrailers[] = {
    "transfer-encoding",
    "host",
    "authorization",
    "proxy-authorization",
    "connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "cookie",
    "set-cookie",
    "cache-control",
    "range",
    "max-forwards",
    "keep-alive",
    "accept-encoding",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-request-id",
    "x-request-start",
};

bool refuse(Refusal& refusal, std::string_view detail, int status = 400) noexcept {
  refusal = {status, detail};
  return false;
}

}  // namespace

ChunkedDecoder::Progress ChunkedDecoder::decode(const char* in, std::size_t size, char* out, const Limits& limits,
                                                Refusal& refusal) {
  Progress progress;
  while (progress.consumed < size && !done_) {
    if (state_ == State::data) {
      const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size - progress.consumed));
      std::memmove(out + progress.produced, in + progress.consumed, n);
      progress.consumed += n;
      progress.produced += n;
      left_ -= n;
      if (left_ == 0) state_ = State::data_cr;
      continue;
    }
    if (!step(in[progress.consumed], limits, refusal)) {
      progress.outcome = Outcome::refused;
      return progress;
    }
    ++progress.consumed;
  }
  if (done_) progress.outcome = Outcome::complete;
  return progress;
}

bool ChunkedDecoder::step(char c, const Limits& limits, Refusal& refusal) {
  switch (state_) {
    case State::size_start:
    case State::size:
    case State::size_lf: return step_size(c, limits, refusal);
    case State::data_cr:
      if (c != '\r') return refuse(refusal, "a chunk is longer than its size, or has no CRLF after it");
      state_ = State::data_lf;
      return true;
    case State::data_lf:
      if (c != '\n') return refuse(refusal, "a chunk is not followed by CRLF");
      state_ = State::size_start;
      left_ = 0;
      digits_ = 0;
      return true;
    case State::data: return true;  // taken whole by decode
    case State::trailer_start:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_lf:
    case State::end_lf: return step_trailer(c, limits, refusal);
    default: return step_extension(c, limits, refusal);
  }
}

bool ChunkedDecoder::step_size(char c, const Limits& limits, Refusal& refusal) {
  if (state_ == State::size_lf) {
    if (c != '\n') return refuse(refusal, "a chunk's size line ends in CR without LF");
    if (left_ == 0) {
      state_ = State::trailer_start;
      return true;
    }
    // Checked before any of the data is taken, so what is refused was never buffered.
    total_ += left_;
    if (total_ > limits.body_bytes) return refuse(refusal, "the body is longer than the limit", 413);
    state_ = State::data;
    return true;
  }
  if (ascii::is(c, ascii::kHex)) {
    // More digits are beyond every limit, or zeros without end; sizes of this many can be added up.
    if (++digits_ > kMostDigits) return refuse(refusal, "a chunk's size has too many digits");
    left_ = left_ << 4 | ascii::hex(c);
    state_ = State::size;
    return true;
  }
  if (state_ == State::size_start) return refuse(refusal, "a chunk's size is not hexadecimal digits");
  if (c == ';') {
    state_ = State::ext_name_start;
    return ++extension_ <= limits.chunk_extension_bytes ||
           refuse(refusal, "chunk extensions are longer than the limit");
  }
  if (c != '\r') return refuse(refusal, "a chunk's size is not followed by CRLF");
  state_ = State::size_lf;
  return true;
}

bool ChunkedDecoder::step_extension(char c, const Limits& limits, Refusal& refusal) {
  if (++extension_ > limits.chunk_extension_bytes) return refuse(refusal, "chunk extensions are longer than the limit");
  const bool token = ascii::is(c, ascii::kToken);
  switch (state_) {
    case State::ext_name_start:
      if (!token) return refuse(refusal, "a chunk extension has no name");
      state_ = State::ext_name;
      return true;
    case State::ext_value_start:
      if (!token && c != '"') return refuse(refusal, "a chunk extension has no value");
      state_ = token ? State::ext_token : State::ext_quoted;
      return true;
    case State::ext_quoted:
      if (!ascii::is(c, ascii::kValue)) return refuse(refusal, "a chunk extension holds a control character");
      if (c == '"') state_ = State::ext_end;
      if (c == '\\') state_ = State::ext_escape;
      return true;
    case State::ext_escape:
      if (!ascii::is(c, ascii::kValue)) return refuse(refusal, "a chunk extension holds a control character");
      state_ = State::ext_quoted;
      return true;
    default: break;  // ext_name, ext_token, ext_end
  }
  if (token && state_ != State::ext_end) return true;
  if (c == '=' && state_ == State::ext_name) {
    state_ = State::ext_value_start;
  } else if (c == ';') {
    state_ = State::ext_name_start;
  } else if (c == '\r') {
    state_ = State::size_lf;
  } else {
    return refuse(refusal, "a chunk extension is malformed");
  }
  return true;
}

bool ChunkedDecoder::step_trailer(char c, const Limits& limits, Refusal& refusal) {
  if (state_ != State::end_lf && ++trailer_ > limits.trailer_bytes + 1) {
    return refuse(refusal, "trailers are longer than the limit", 431);
  }
  switch (state_) {
    case State::trailer_start:
      name_size_ = 0;
      if (c == '\r') {
        state_ = State::end_lf;
        return true;
      }
      if (!ascii::is(c, ascii::kToken)) return refuse(refusal, "a trailer has no name");
      state_ = State::trailer_name;
      [[fallthrough]];
    case State::trailer_name:
      if (c == ':') {
        if (!trailer_allowed()) return refuse(refusal, "this field may not be a trailer");
        state_ = State::trailer_value;
        return true;
      }
      if (!ascii::is(c, ascii::kToken)) return refuse(refusal, "a trailer's name holds a byte that it must not");
      if (name_size_ < kNameKept) name_[name_size_++] = c == '_' ? '-' : ascii::lower(c);
      return true;
    case State::trailer_value:
      if (c == '\r') {
        state_ = State::trailer_lf;
        return true;
      }
      return ascii::is(c, ascii::kValue) || refuse(refusal, "a trailer's value holds a control character");
    case State::trailer_lf:
      if (c != '\n') return refuse(refusal, "a trailer's line ends in CR without LF");
      state_ = State::trailer_start;
      return true;
    default:  // end_lf
      if (c != '\n') return refuse(refusal, "the body's last line ends in CR without LF");
      done_ = true;
      return true;
  }
}

bool ChunkedDecoder::trailer_allowed() const noexcept {
  const std::string_view name(name_.data(), name_size_);
  if (name.substr(0, 8) == "content-") return false;
  return std::find(std::begin(kForbiddenTrailers), std::end(kForbiddenTrailers), name) == std::end(kForbiddenTrailers);
}

}  // namespace pelton::http
