#include "http/content_coding.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "http/ascii.hpp"

namespace pelton::http {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib.h: 16 more than the window bits means the gzip format
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;  // negative: deflate without zlib's header and checksum
constexpr std::size_t kRatioFloor = 1024 * 1024;
constexpr std::size_t kInflateStep = 16 * 1024;

/// zlib counts in unsigned int: longer inputs are fed in pieces.
constexpr std::size_t kMostAtOnce = std::numeric_limits<uInt>::max() / 2;

Bytef* as_bytes(const char* p) noexcept { return reinterpret_cast<Bytef*>(const_cast<char*>(p)); }

/// A weight of RFC 9110, section 12.4.2, in thousandths; malformed is 0.
unsigned parse_weight(std::string_view parameters) noexcept {
  parameters = ascii::trimmed(parameters);
  if (parameters.size() < 3 || ascii::lower(parameters[0]) != 'q' || parameters[1] != '=') return 0;
  const std::string_view number = parameters.substr(2);
  if (number.size() > 5 || (number[0] != '0' && number[0] != '1')) return 0;
  if (number.size() > 1 && number[1] != '.') return 0;
  unsigned weight = number[0] == '1' ? 1000 : 0;
  unsigned scale = 100;
  for (std::size_t i = 2; i < number.size(); ++i, scale /= 10) {
    if (!ascii::is(number[i], ascii::kDigit)) return 0;
    weight += static_cast<unsigned>(number[i] - '0') * scale;
  }
  return weight > 1000 ? 0 : weight;
}

}  // namespace

ContentCoding parse_content_coding(std::string_view value) noexcept {
  if (ascii::same(value, "gzip") || ascii::same(value, "x-gzip")) return ContentCoding::gzip;
  if (ascii::same(value, "deflate")) return ContentCoding::deflate;
  if (value.empty() || ascii::same(value, "identity")) return ContentCoding::identity;
  return ContentCoding::unknown;
}

ContentCoding preferred_coding(std::string_view accept_encoding) noexcept {
  constexpr int kUnsaid = -1;
  int gzip = kUnsaid;
  int deflate = kUnsaid;
  int any = 0;
  while (!accept_encoding.empty()) {
    const std::string_view element = ascii::next_element(accept_encoding);
    const std::size_t semicolon = element.find(';');
    const std::string_view name = ascii::trimmed(element.substr(0, semicolon));
    const int weight =
        semicolon == std::string_view::npos ? 1000 : static_cast<int>(parse_weight(element.substr(semicolon + 1)));
    if (name == "*") any = weight;
    const ContentCoding coding = parse_content_coding(name);
    if (coding == ContentCoding::gzip) gzip = weight;
    if (coding == ContentCoding::deflate) deflate = weight;
  }
  if (gzip == kUnsaid) gzip = any;
  if (deflate == kUnsaid) deflate = any;
  if (gzip <= 0 && deflate <= 0) return ContentCoding::identity;
  return gzip >= deflate ? ContentCoding::gzip : ContentCoding::deflate;
}

std::string_view to_string(ContentCoding coding) noexcept {
  switch (coding) {
    case ContentCoding::identity: return "identity";
    case ContentCoding::gzip: return "gzip";
    case ContentCoding::deflate: return "deflate";
    case ContentCoding::unknown: return "unknown";
  }
  return "unknown";
}

struct Inflater::Streams {
  z_stream stream{};
  bool ready = false;

  ~Streams() {
    if (ready) inflateEnd(&stream);
  }
  bool restart(int window) {
    if (!ready) ready = inflateInit2(&stream, window) == Z_OK;
    return ready && inflateReset2(&stream, window) == Z_OK;
  }
};

Inflater::Inflater() : streams_(std::make_unique<Streams>()) {}
Inflater::~Inflater() = default;

Inflater::Outcome Inflater::inflate(ContentCoding coding, std::string_view body, std::size_t max_bytes,
                                    std::size_t max_ratio, core::TextBuffer& out) {
  // RFC 1950: the first byte of zlib's format names method 8, and the first two are divisible by 31.
  const bool zlib_header = body.size() >= 2 && (static_cast<unsigned char>(body[0]) & 0x0F) == 8 &&
                           (static_cast<unsigned char>(body[0]) * 256U + static_cast<unsigned char>(body[1])) % 31 == 0;
  const int window = coding == ContentCoding::gzip ? kGzipWindow : zlib_header ? kZlibWindow : kRawWindow;
  if (!streams_->restart(window)) throw std::bad_alloc();

  std::size_t cap = max_bytes;
  const std::size_t by_ratio =
      body.size() < max_bytes / std::max<std::size_t>(max_ratio, 1) ? body.size() * max_ratio : max_bytes;
  cap = std::min(cap, std::max(by_ratio, kRatioFloor));

  z_stream& stream = streams_->stream;
  const std::size_t start = out.size();
  std::size_t fed = 0;
  stream.avail_in = 0;
  for (;;) {
    if (stream.avail_in == 0) {
      const std::size_t piece = std::min(body.size() - fed, kMostAtOnce);
      stream.next_in = as_bytes(body.data() + fed);
      stream.avail_in = static_cast<uInt>(piece);
      fed += piece;
    }
    const std::size_t so_far = out.size() - start;
    // One byte beyond the cap tells a body that is too large from one that fits exactly.
    const std::size_t step = std::min(std::max(kInflateStep, so_far), cap + 1 - so_far);
    stream.next_out = as_bytes(out.room(step));
    stream.avail_out = static_cast<uInt>(std::min(step, kMostAtOnce));
    const uInt offered = stream.avail_out;
    const int state = ::inflate(&stream, Z_NO_FLUSH);
    out.advance(offered - stream.avail_out);
    if (out.size() - start > cap) return Outcome::too_large;
    if (state == Z_STREAM_END) {
      return stream.avail_in == 0 && fed == body.size() ? Outcome::ok : Outcome::corrupt;
    }
    if (state == Z_MEM_ERROR) throw std::bad_alloc();
    if (state != Z_OK && state != Z_BUF_ERROR) return Outcome::corrupt;
    // Nothing more to feed, and room was left over: the stream ends before its end.
    if (stream.avail_in == 0 && fed == body.size() && stream.avail_out != 0) return Outcome::corrupt;
  }
}

struct Deflater::Streams {
  z_stream stream{};
  int window = 0;  ///< 0: not made yet

  ~Streams() { end(); }
  void end() {
    if (window != 0) deflateEnd(&stream);
    window = 0;
  }
  bool restart(int wanted) {
    if (window == wanted) return deflateReset(&stream) == Z_OK;
    end();
    stream = z_stream{};
    // The quickest level: the loop's other connections wait meanwhile.
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, wanted, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
    window = wanted;
    return true;
  }
};

Deflater::Deflater() : streams_(std::make_unique<Streams>()) {}
Deflater::~Deflater() = default;

bool Deflater::deflate(ContentCoding coding, std::string_view body, core::TextBuffer& out) {
  if (body.size() > kMostAtOnce) return false;
  if (!streams_->restart(coding == ContentCoding::gzip ? kGzipWindow : kZlibWindow)) return false;
  z_stream& stream = streams_->stream;
  const std::size_t most = deflateBound(&stream, static_cast<uLong>(body.size()));
  stream.next_in = as_bytes(body.data());
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = as_bytes(out.room(most));
  stream.avail_out = static_cast<uInt>(most);
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) return false;
  out.advance(most - stream.avail_out);
  return true;
}

}  // namespace pelton::http
