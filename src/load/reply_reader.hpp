#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pelton::load {

/// Finds the end of one HTTP/1.1 answer in the bytes of a connection, whatever pieces they come in.
///
/// The body is passed over, not kept: by Content-Length, in chunks, or to the end of the connection
/// (RFC 9112, section 6.3); interim 1xx answers are passed over too. Memory is bounded by kLongestHead.
/// Not thread-safe.
class ReplyReader {
 public:
  static constexpr std::size_t kLongestHead = 64 * 1024;  ///< status line, headers and trailers

  enum class Progress {
    more,       ///< the answer goes on
    done,       ///< it is complete
    malformed,  ///< this is no HTTP answer
  };

  /// Makes ready for the next answer; `head_request`: it will have no body.
  void begin(bool head_request) noexcept;
  /// Takes the bytes that came next and tells in `used` how many of them belong to the answer (all of
  /// them unless done).
  Progress feed(std::string_view bytes, std::size_t& used);
  /// The peer closed the connection: done if that ends the body, malformed otherwise.
  Progress finish() const noexcept { return state_ == State::until_close ? Progress::done : Progress::malformed; }

  /// Whether anything of the answer has come.
  bool started() const noexcept { return started_; }
  /// Valid once done.
  int status() const noexcept { return status_; }
  /// Whether the connection may carry another request. Valid once done.
  bool keep_alive() const noexcept { return keep_alive_ && state_ != State::until_close; }

 private:
  enum class State : std::uint8_t { head, body, chunk_size, chunk_data, chunk_end, trailer, until_close, done };

  bool feed_head(std::string_view bytes, std::size_t& used);
  bool parse_head(std::string_view head);
  bool parse_header(std::string_view line);
  bool enter_body();
  bool feed_line(std::string_view bytes, std::size_t& used);
  bool parse_chunk_size(std::string_view line);

  State state_ = State::head;
  bool head_request_ = false;
  bool started_ = false;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  int status_ = 0;
  std::uint64_t remaining_ = 0;  ///< bytes of the body, or of the chunk, still to come
  std::size_t trailer_bytes_ = 0;
  std::string pending_;  ///< an unfinished head or line
};

}  // namespace pelton::load
