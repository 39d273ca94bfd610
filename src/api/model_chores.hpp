#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/thread_state.hpp"
#include "core/error.hpp"
#include "core/event_loop.hpp"
#include "core/result.hpp"
#include "core/text_buffer.hpp"

namespace pelton::api {

/// What callers ask of the model manager: done on the worker's thread, as it may take long; answered on the loop's
/// when it is done. Loop thread only.
class ModelChores {
 public:
  /// Runs on the worker's thread; may write to `body`. Memory that runs out is an error `unavailable`.
  using Work = std::function<core::Result<void>(serving::ModelManager& manager, core::TextBuffer& body)>;
  /// Answers on the loop's thread: `error` is null where the work was done. The request has what the access log wants
  /// of it, and no more.
  using Answer = std::function<void(const http::RequestView& request, http::Responder responder,
                                    const core::Error* error, std::string_view body)>;

  ModelChores(ThreadState& state, core::EventLoop& loop);
  ~ModelChores();

  /// Answers itself, in the dialect's shape, where this server's models cannot be changed, or too much waits.
  void start(const http::RequestView& request, http::Responder responder, Dialect dialect, Work work, Answer answer);

 private:
  class Chore;

  void finish(Chore& chore);

  ThreadState& state_;
  core::EventLoop& loop_;
  std::vector<std::unique_ptr<Chore>> chores_;  ///< in hand
};

}  // namespace pelton::api
