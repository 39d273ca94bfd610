#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/text_buffer.hpp"

namespace pelton::http {

/// Content codings of RFC 9110, section 8.4.1; `unknown` is every other one.
enum class ContentCoding : std::uint8_t { identity, gzip, deflate, unknown };

/// The coding that a Content-Encoding value names; several at once are unknown.
ContentCoding parse_content_coding(std::string_view value) noexcept;

/// The coding a client prefers among gzip and deflate by its Accept-Encoding value (q-values
/// honoured, gzip before deflate at equal weight), or identity. A malformed value is identity.
ContentCoding preferred_coding(std::string_view accept_encoding) noexcept;

/// "gzip" or "deflate".
std::string_view to_string(ContentCoding coding) noexcept;

/// Turns gzip and deflate bodies into what they were, within bounds. Not thread-safe; keeps zlib's
/// memory from one body to the next.
class Inflater {
 public:
  enum class Outcome { ok, corrupt, too_large };

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends the plain form of `body` to `out`. Too large: beyond `max_bytes`, or beyond the first
  /// MiB more than `max_ratio` times what was sent. Corrupt: no whole stream, or bytes after its end.
  /// `deflate` means zlib's format, as RFC 9110 has it; a raw deflate stream is taken too, since
  /// some clients send that.
  Outcome inflate(ContentCoding coding, std::string_view body, std::size_t max_bytes, std::size_t max_ratio,
                  core::TextBuffer& out);

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
};

/// Compresses replies. Not thread-safe; keeps zlib's memory from one reply to the next.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// Appends `body` in `coding` (gzip or deflate) to `out`. False if zlib has no memory: `out` is as it was.
  bool deflate(ContentCoding coding, std::string_view body, core::TextBuffer& out);

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
};

}  // namespace pelton::http
