#include "api/model_chores.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "api/query.hpp"

namespace pelton::api {

using http::RequestView;
using http::Responder;

/// Work in hand, and whom it is answered to.
class ModelChores::Chore final : public core::Errand, public core::Task {
 public:
  Chore(ModelChores& of, serving::ModelManager& by, Work what, Answer how)
      : Task([](core::Task& task) {
          auto& self = static_cast<Chore&>(task);
          self.owner_.finish(self);
        }),
        answer(std::move(how)),
        owner_(of),
        manager_(by),
        work_(std::move(what)) {}

  void run() noexcept override {
    try {
      if (const auto done = work_(manager_, body); !done) error = done.error();
    } catch (...) {  // only memory can run out here
      error = core::Error(core::ErrorCode::unavailable, "not enough memory for this request");
    }
    owner_.loop_.post(*this);
  }

  /// The request as the access log wants it, which its own views do not outlive.
  RequestView view() const noexcept {
    RequestView request;
    request.method = method_;
    request.target = target_;
    request.peer = peer_;
    request.headers = {&id_header_, 1};
    request.received = received_;
    return request;
  }
  void keep(const RequestView& request, const TrustedProxies& proxies) {
    method_ = request.method;
    target_ = request.target;
    peer_ = proxies.client(request);
    id_ = request_id(request);
    id_header_ = {"X-Request-Id", id_};
    received_ = request.received;
  }

  const Answer answer;
  Responder responder;
  std::optional<core::Error> error;
  core::TextBuffer body;

 private:
  ModelChores& owner_;
  serving::ModelManager& manager_;
  const Work work_;
  std::string method_;
  std::string target_;
  std::string peer_;
  std::string id_;
  http::Header id_header_;
  core::TimePoint received_;
};

ModelChores::ModelChores(ThreadState& state, core::EventLoop& loop) : state_(state), loop_(loop) {}
ModelChores::~ModelChores() = default;

void ModelChores::start(const RequestView& request, Responder responder, Dialect dialect, Work work, Answer answer) {
  ModelControl* const control = state_.shared().control;
  if (control == nullptr) {
    return state_.reply_problem(request, std::move(responder),
                                {.status = 400, .detail = "this server's models cannot be changed", .errors = {}},
                                dialect);
  }
  auto chore = std::make_unique<Chore>(*this, control->manager, std::move(work), std::move(answer));
  chore->keep(request, state_.shared().settings.trusted_proxies);
  chores_.reserve(chores_.size() + 1);  // once submitted, it has to be kept
  if (!control->worker.submit(*chore)) {
    return state_.reply_problem(
        request, std::move(responder),
        {.status = 503, .detail = "too many loads and unloads are waiting; try again later", .errors = {}}, dialect,
        nullptr, "Retry-After: 1\r\n");
  }
  chore->responder = std::move(responder);  // nobody answers before this loop is back
  chores_.push_back(std::move(chore));
}

void ModelChores::finish(Chore& chore) {
  const auto at = std::find_if(chores_.begin(), chores_.end(), [&](const auto& each) { return each.get() == &chore; });
  const std::unique_ptr<Chore> done = std::move(*at);
  chores_.erase(at);
  done->answer(done->view(), std::move(done->responder), done->error ? &*done->error : nullptr, done->body.view());
}

}  // namespace pelton::api
