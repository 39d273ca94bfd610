#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/head_parser.hpp"
#include "http/settings.hpp"

namespace pelton::http {

/// Decodes a chunked body (RFC 9112, section 7.1) from pieces split anywhere.
///
/// Strict: sizes are plain hexadecimal digits, lines end in CRLF, extensions follow the grammar
/// without optional white space and are dropped, trailer fields are checked and dropped: one that
/// would change framing, routing, authentication or content is refused. Not thread-safe.
class ChunkedDecoder {
 public:
  enum class Outcome { need_more, complete, refused };
  struct Progress {
    Outcome outcome = Outcome::need_more;
    std::size_t consumed = 0;  ///< of the input; on complete what follows is the next request
    std::size_t produced = 0;  ///< bytes written
  };

  /// Forgets everything: the next byte begins a body.
  void restart() noexcept { *this = ChunkedDecoder(); }

  /// Decodes `size` bytes at `in` to `out`, which may be `in` or lie before it. On refused, `refusal` says why.
  Progress decode(const char* in, std::size_t size, char* out, const Limits& limits, Refusal& refusal);

 private:
  enum class State : std::uint8_t {
    size_start,
    size,
    size_lf,
    ext_name_start,
    ext_name,
    ext_value_start,
    ext_token,
    ext_quoted,
    ext_escape,
    ext_end,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
  };
  static constexpr std::size_t kNameKept = 24;  ///< longer names are not forbidden ones
  static constexpr std::uint8_t kMostDigits = 15;

  bool step(char c, const Limits& limits, Refusal& refusal);
  bool step_size(char c, const Limits& limits, Refusal& refusal);
  bool step_extension(char c, const Limits& limits, Refusal& refusal);
  bool step_trailer(char c, const Limits& limits, Refusal& refusal);
  bool trailer_allowed() const noexcept;

  std::uint64_t left_ = 0;     ///< of the current chunk's data, or the size being read
  std::uint64_t total_ = 0;    ///< of all chunks so far
  std::size_t extension_ = 0;  ///< bytes of extensions
  std::size_t trailer_ = 0;    ///< bytes of trailers
  std::array<char, kNameKept> name_{};
  std::uint8_t name_size_ = 0;
  std::uint8_t digits_ = 0;
  State state_ = State::size_start;
  bool done_ = false;
};

}  // namespace pelton::http
