#pragma once

#include <functional>
#include <memory>

#include "core/event_loop.hpp"
#include "http/body_sink.hpp"
#include "http/request_view.hpp"
#include "http/responder.hpp"

namespace pelton::http {

/// What answers requests: one object a thread, called only on that thread, so it needs no locks.
class Service {
 public:
  virtual ~Service() = default;

  /// One whole request. Must not block. May answer at once or keep the responder.
  virtual void on_request(const RequestView& request, Responder responder) = 0;

  /// Whether the body of this request, which is long or of unknown length, is to be taken as it
  /// arrives: `head` has no body yet. Otherwise it is collected, within limits.body_bytes.
  virtual bool wants_pieces(const RequestView& /*head*/) const { return false; }
  /// Opens what takes that body. Null where the service has answered already: then the body is not read.
  virtual BodySink* open_body(const RequestView& /*head*/, Responder /*responder*/) { return nullptr; }

  /// Whether nothing that it has begun is under way elsewhere. It is destroyed only then.
  virtual bool idle() const { return true; }

  /// A request that never became one (the head or body broke the rules or a limit): writes the
  /// body of its error reply and gives its content type, a static text. `status` and `detail` say what was wrong;
  /// `head` is what was asked for, without a body, and null where even that is not known.
  virtual std::string_view write_protocol_error(int status, std::string_view detail, const RequestView* head,
                                                core::TextBuffer& body) = 0;
};

/// Makes the service of one event loop; called on that loop's thread before it accepts.
using ServiceFactory = std::function<std::unique_ptr<Service>(core::EventLoop&)>;

}  // namespace pelton::http
