#pragma once

#include <functional>
#include <memory>

#include "core/event_loop.hpp"
#include "http/request_view.hpp"
#include "http/responder.hpp"

namespace pelton::http {

/// What answers requests: one object a thread, called only on that thread, so it needs no locks.
class Service {
 public:
  virtual ~Service() = default;

  /// One whole request. Must not block. May answer at once or keep the responder.
  virtual void on_request(const RequestView& request, Responder responder) = 0;

  /// A request that never became one (the head or body broke the rules or a limit): writes the
  /// body of its error reply. `status` and `detail` say what was wrong. Content type is
  /// application/problem+json.
  virtual void write_protocol_error(int status, std::string_view detail, core::TextBuffer& body) = 0;
};

/// Makes the service of one event loop; called on that loop's thread before it accepts.
using ServiceFactory = std::function<std::unique_ptr<Service>(core::EventLoop&)>;

}  // namespace pelton::http
