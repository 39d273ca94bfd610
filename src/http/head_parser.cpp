#include "http/head_parser.hpp"

#include <algorithm>
#include <cstring>

#include "http/ascii.hpp"

namespace pelton::http {

namespace {

constexpr std::size_t kLongestMethod = 32;

/// A word whose every byte is `byte`.
constexpr std::uint64_t repeated(unsigned char byte) { return 0x0101010101010101ULL * byte; }

/// Whether all eight bytes may stand in a header's value (tab aside, which the byte loop takes).
/// After Mycroft's zero-byte test; bytes above 0x7F are allowed, so their top bit hides them.
bool eight_plain(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  const std::uint64_t below_space = (word - repeated(0x20)) & ~word;
  const std::uint64_t at_delete = word ^ repeated(0x7F);
  const std::uint64_t is_delete = (at_delete - repeated(0x01)) & ~at_delete;
  return ((below_space | is_delete) & repeated(0x80)) == 0;
}

Verb verb_of(std::string_view method) noexcept {
  switch (method.size()) {
    case 3: return method == "GET" ? Verb::get : method == "PUT" ? Verb::put : Verb::other;
    case 4: return method == "POST" ? Verb::post : method == "HEAD" ? Verb::head : Verb::other;
    case 5: return method == "PATCH" ? Verb::patch : method == "TRACE" ? Verb::trace : Verb::other;
    case 6: return method == "DELETE" ? Verb::del : Verb::other;
    case 7: return method == "OPTIONS" ? Verb::options : method == "CONNECT" ? Verb::connect : Verb::other;
    default: return Verb::other;
  }
}

bool valid_port(std::string_view port) noexcept {
  unsigned value = 0;
  for (const char c : port) {
    if (!ascii::is(c, ascii::kDigit)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return false;
  }
  return true;
}

/// uri-host [ ":" port ] of RFC 9110, section 7.2, without user information, lists and IPvFuture.
bool valid_host(std::string_view host) noexcept {
  if (host.empty()) return false;
  std::size_t end = 0;
  if (host.front() == '[') {
    end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    for (const char c : host.substr(1, end - 1)) {
      if (!ascii::is(c, ascii::kHex) && c != ':' && c != '.') return false;
    }
    ++end;
  } else {
    for (; end < host.size() && host[end] != ':'; ++end) {
      if (!ascii::is(host[end], ascii::kHost)) return false;
      if (host[end] == '%' &&
          (host.size() - end < 3 || !ascii::is(host[end + 1], ascii::kHex) || !ascii::is(host[end + 2], ascii::kHex))) {
        return false;
      }
    }
    if (end == 0) return false;
  }
  return end == host.size() || (host[end] == ':' && valid_port(host.substr(end + 1)));
}

}  // namespace

/// One parse: a position, and what the headers said so far.
class HeadParser::Pass {
 public:
  Pass(HeadParser& parser, std::string_view bytes, RequestHead& head, Refusal& refusal)
      : limits_(parser.limits_),
        headers_(parser.headers_.data()),
        first_(bytes.data()),
        at_(bytes.data()),
        end_(bytes.data() + std::min(bytes.size(), parser.limits_.header_bytes)),  // further ones decide nothing
        head_(head),
        refusal_(refusal) {}

  Outcome run() {
    Outcome outcome = request_line();
    if (outcome != Outcome::complete) return within_limit(outcome);
    outcome = header_lines();
    if (outcome != Outcome::complete) return within_limit(outcome);
    head_.size = static_cast<std::size_t>(at_ - first_);
    head_.view.headers = {headers_, count_};
    return judge();
  }

 private:
  Outcome refuse(int status, std::string_view detail) noexcept {
    refusal_ = {status, detail};
    return Outcome::refused;
  }

  /// Waiting for more is only sensible while more may come.
  Outcome within_limit(Outcome outcome) noexcept {
    if (outcome == Outcome::need_more && static_cast<std::size_t>(end_ - first_) >= limits_.header_bytes) {
      return refuse(431, "the request's head is longer than the limit");
    }
    return outcome;
  }

  Outcome request_line() {
    RequestView& view = head_.view;
    while (at_ != end_ && ascii::is(*at_, ascii::kToken)) ++at_;
    const auto method_size = static_cast<std::size_t>(at_ - first_);
    if (method_size > kLongestMethod) return refuse(400, "the request's method is too long");
    if (at_ == end_) return Outcome::need_more;
    if (*at_ != ' ' || method_size == 0)
      return refuse(400, "the request line does not begin with a method and a space");
    view.method = {first_, method_size};
    view.verb = verb_of(view.method);
    const char* const target = ++at_;
    if (const Outcome outcome = scan_target(target); outcome != Outcome::complete) return outcome;
    view.target = {target, static_cast<std::size_t>(at_ - target)};
    ++at_;
    return version();
  }

  Outcome scan_target(const char* target) {
    const char* const limit = target + std::min(limits_.target_bytes, static_cast<std::size_t>(end_ - target));
    for (; at_ != limit && ascii::is(*at_, ascii::kTarget); ++at_) {
      if (*at_ != '%') continue;
      for (int digit = 1; digit <= 2; ++digit) {
        if (end_ - at_ <= digit) return Outcome::need_more;
        if (!ascii::is(at_[digit], ascii::kHex)) return refuse(400, "the target holds a malformed percent escape");
      }
      const unsigned value = ascii::hex(at_[1]) << 4 | ascii::hex(at_[2]);
      if (value == 0 || value == '\r' || value == '\n') {
        return refuse(400, "the target holds an escaped NUL or line end");
      }
    }
    if (at_ == end_) return Outcome::need_more;
    if (*at_ != ' ') {
      if (ascii::is(*at_, ascii::kTarget)) return refuse(414, "the target is longer than the limit");
      return refuse(400, "the target holds a byte that it must not, or is not followed by one space");
    }
    if (at_ == target) return refuse(400, "the request line has no target");
    return Outcome::complete;
  }

  Outcome version() {
    static constexpr std::string_view kPattern = "HTTP/d.d\r\n";
    const std::string_view line(at_, std::min(kPattern.size(), static_cast<std::size_t>(end_ - at_)));
    if (line == "HTTP/1.1\r\n") {
      head_.view.http11 = true;
    } else {
      for (std::size_t i = 0; i < line.size(); ++i) {
        if (kPattern[i] == 'd' ? !ascii::is(line[i], ascii::kDigit) : line[i] != kPattern[i]) {
          return refuse(400, "the request line does not end in a version and CRLF");
        }
      }
      if (line.size() < kPattern.size()) return Outcome::need_more;
      if (line != "HTTP/1.0\r\n") return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
      head_.view.http11 = false;
    }
    head_.keep_alive = head_.view.http11;
    at_ += kPattern.size();
    return Outcome::complete;
  }

  Outcome header_lines() {
    for (;;) {
      if (at_ == end_) return Outcome::need_more;
      if (*at_ == '\r') {
        if (end_ - at_ < 2) return Outcome::need_more;
        if (at_[1] != '\n') return refuse(400, "a line ends in CR without LF");
        at_ += 2;
        return Outcome::complete;
      }
      const char* const name = at_;
      while (at_ != end_ && ascii::is(*at_, ascii::kToken)) ++at_;
      if (at_ == end_) return Outcome::need_more;
      if (*at_ != ':' || at_ == name) return refuse(400, bad_name(name));
      const std::string_view name_view(name, static_cast<std::size_t>(at_ - name));
      const char* const value = ++at_;
      while (end_ - at_ >= 8 && eight_plain(at_)) at_ += 8;
      while (at_ != end_ && ascii::is(*at_, ascii::kValue)) ++at_;
      if (at_ == end_) return Outcome::need_more;
      if (*at_ != '\r') return refuse(400, "a header's value holds a control character, or its line ends in a bare LF");
      if (end_ - at_ < 2) return Outcome::need_more;
      if (at_[1] != '\n') return refuse(400, "a line ends in CR without LF");
      const std::string_view raw(value, static_cast<std::size_t>(at_ - value));
      at_ += 2;
      if (count_ == limits_.header_count) return refuse(431, "the request has more headers than the limit");
      const Header& header = headers_[count_++] = {name_view, ascii::trimmed(raw)};
      if (!note(header, raw)) return Outcome::refused;
    }
  }

  std::string_view bad_name(const char* name) const noexcept {
    if (at_ == name && (*at_ == ' ' || *at_ == '\t'))
      return "a header is folded over lines, or a line begins with white space";
    if (*at_ == ' ' || *at_ == '\t') return "a header's name is followed by white space";
    if (at_ == name && *at_ == ':') return "a header has no name";
    return "a header's name holds a byte that it must not, or has no colon";
  }

  /// Looks at the headers that this room acts on; false if refused.
  bool note(const Header& header, std::string_view raw) {
    const std::string_view name = header.name;
    switch (name.size()) {
      case 4: return !ascii::same(name, "host") || note_host(header.value);
      case 6:
        if (ascii::same(name, "expect") && head_.view.http11) {
          if (!ascii::same(header.value, "100-continue"))
            return refused(417, "only Expect: 100-continue is understood");
          head_.expect_continue = true;
        }
        return true;
      case 7:
        if (ascii::same(name, "upgrade")) websocket_ = ascii::same(header.value, "websocket");
        return true;
      case 10:
        if (ascii::same(name, "connection")) note_connection(header.value);
        return true;
      case 14:
        if (ascii::same(name, "content-length")) return note_length(raw);
        return !ascii::same(name, "content_length") || refused(400, "a header's name imitates Content-Length");
      case 15:
        if (ascii::same(name, "accept-encoding")) head_.accept_coding = preferred_coding(header.value);
        return true;
      case 16:
        if (ascii::same(name, "content-encoding")) return note_coding(header.value);
        return true;
      case 17:
        if (ascii::same(name, "transfer-encoding")) return note_transfer(header.value);
        return !ascii::same(name, "transfer_encoding") || refused(400, "a header's name imitates Transfer-Encoding");
      case 21:
        if (ascii::same(name, "sec-websocket-version")) websocket_version_ = header.value;
        return true;
      default: return true;
    }
  }

  bool refused(int status, std::string_view detail) noexcept {
    refuse(status, detail);
    return false;
  }

  bool note_host(std::string_view value) {
    if (has_host_) return refused(400, "the request has more than one Host");
    if (!valid_host(value)) return refused(400, "Host is not a host with an optional port");
    has_host_ = true;
    head_.view.host = value;
    return true;
  }

  void note_connection(std::string_view value) {
    while (!value.empty()) {
      const std::string_view option = ascii::next_element(value);
      if (ascii::same(option, "close")) {
        close_ = true;
      } else if (ascii::same(option, "keep-alive")) {
        head_.keep_alive = true;
      }
    }
  }

  /// Digits alone after at most one space: lists, signs, leading zeros and stray white space are
  /// what two servers read differently.
  bool note_length(std::string_view raw) {
    if (has_length_) return refused(400, "the request has more than one Content-Length");
    if (!raw.empty() && raw.front() == ' ') raw.remove_prefix(1);
    if (raw.empty() || raw.size() > 19 || (raw.size() > 1 && raw.front() == '0')) {
      return refused(400, "Content-Length is not a plain decimal number");
    }
    std::uint64_t value = 0;
    for (const char c : raw) {
      if (!ascii::is(c, ascii::kDigit)) return refused(400, "Content-Length is not a plain decimal number");
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    has_length_ = true;
    head_.content_length = value;
    return true;
  }

  bool note_coding(std::string_view value) {
    const ContentCoding coding = parse_content_coding(value);
    if (coding != ContentCoding::identity && head_.content_coding != ContentCoding::identity) {
      head_.content_coding = ContentCoding::unknown;
    } else if (coding != ContentCoding::identity) {
      head_.content_coding = coding;
    }
    return true;
  }

  bool note_transfer(std::string_view value) {
    if (has_transfer_) return refused(400, "the request has more than one Transfer-Encoding");
    has_transfer_ = true;
    if (ascii::same(value, "chunked")) return true;
    std::string_view list = value;
    bool names_chunked = value.empty();
    while (!list.empty()) {
      const std::string_view element = ascii::next_element(list);
      names_chunked |= element.empty() || ascii::same(element.substr(0, 7), "chunked");
    }
    if (names_chunked) return refused(400, "Transfer-Encoding is not exactly chunked");
    return refused(501, "only the transfer coding chunked is understood");
  }

  /// Rules that span the whole head.
  Outcome judge() {
    RequestView& view = head_.view;
    if (has_transfer_) {
      if (has_length_) return refuse(400, "the request has both Transfer-Encoding and Content-Length");
      if (!view.http11) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
      head_.framing = Framing::chunked;
    } else if (has_length_) {
      head_.framing = Framing::length;
    }
    if (!has_host_ && view.http11) return refuse(400, "the request has no Host");
    if (close_) head_.keep_alive = false;
    if (view.verb == Verb::connect || view.verb == Verb::trace) return refuse(405, "CONNECT and TRACE are not served");
    if (const Outcome outcome = split_target(); outcome != Outcome::complete) return outcome;
    if (head_.content_coding == ContentCoding::unknown) {
      return refuse(415, "the body's Content-Encoding is none of gzip, deflate and identity");
    }
    // Upgrades are not offered and their headers are ignored, except that a client which insists on
    // an unknown version of a protocol is told so (RFC 6455, section 4.4).
    if (websocket_ && !websocket_version_.empty() && websocket_version_ != "13") {
      return refuse(426, "this version of the websocket protocol is unknown");
    }
    return Outcome::complete;
  }

  Outcome split_target() {
    RequestView& view = head_.view;
    std::string_view& target = view.target;
    if (target == "*") {
      if (view.verb != Verb::options) return refuse(400, "the target * is for OPTIONS alone");
    } else if (target.front() != '/') {
      const std::size_t scheme = target.find("://");
      const std::string_view name = target.substr(0, scheme == std::string_view::npos ? 0 : scheme);
      if (!ascii::same(name, "http") && !ascii::same(name, "https")) {
        return refuse(400, "the target is neither a path nor an http address");
      }
      target.remove_prefix(scheme + 3);
      const std::string_view authority = target.substr(0, target.find_first_of("/?"));
      if (!valid_host(authority)) return refuse(400, "the target's host is malformed");
      if (has_host_ && !ascii::same_folded(authority, view.host))
        return refuse(400, "the target's host is not that of Host");
      view.host = authority;
      target.remove_prefix(authority.size());
      if (target.empty()) target = view.verb == Verb::options ? std::string_view("*") : std::string_view("/");
    }
    const std::size_t mark = target.find('?');
    view.path = target.substr(0, mark);
    if (view.path.empty()) view.path = "/";
    view.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    return Outcome::complete;
  }

  const Limits& limits_;
  Header* headers_;
  const char* const first_;
  const char* at_;
  const char* const end_;
  RequestHead& head_;
  Refusal& refusal_;
  std::size_t count_ = 0;
  std::string_view websocket_version_;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_transfer_ = false;
  bool close_ = false;
  bool websocket_ = false;
};

HeadParser::HeadParser(const Limits& limits) : limits_(limits), headers_(limits.header_count) {}

HeadParser::Outcome HeadParser::parse(std::string_view bytes, RequestHead& head, Refusal& refusal) {
  head = RequestHead{};
  return Pass(*this, bytes, head, refusal).run();
}

}  // namespace pelton::http
