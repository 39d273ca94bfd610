#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pelton::http {

/// How much of an answer may wait to be sent while the body is read on, for a client that may read nothing before it
/// has sent all: 256 KiB, as much as a whole body may have (`limits.body_bytes`), or all there is of it.
enum class MayWait : std::uint8_t { little, a_body, all };

/// Takes one request's body as it arrives, instead of the whole request, and answers meanwhile or
/// afterwards through the Responder it was made with.
///
/// It belongs to the service. The connection calls it on the loop's thread until exactly one of
/// `end`, `fail` and `abandon` was called, or until it has finished its answer; then never again. An
/// answer that is finished before the body has ended is the connection's last. Reading waits while
/// the sink is not ready, and while the client does not take what was answered.
class BodySink {
 public:
  virtual ~BodySink() = default;

  /// Whether it can take more now. Once it can again, it calls Responder::read_on, not from within `take`.
  virtual bool ready() const noexcept = 0;
  /// How much of the answer may wait for a client that does not read yet; beyond it the body is not read on.
  virtual MayWait may_wait() const noexcept { return MayWait::little; }
  /// The body's next bytes, decoded: takes some from their front, and says how many; none only if it is
  /// then not ready, or has answered. Called only while ready. kBodyPadding bytes beyond them are readable.
  virtual std::size_t take(std::string_view bytes) = 0;
  /// The body is whole. Called only while ready.
  virtual void end() = 0;
  /// The rest of the body will not come, for a reason that the client is to be told. At any time.
  virtual void fail(int status, std::string_view detail) = 0;
  /// The client has gone: there is nobody to answer. At any time, even from within its own calls to the Responder.
  virtual void abandon() noexcept = 0;
};

}  // namespace pelton::http
