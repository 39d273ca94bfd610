#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/service.hpp"
#include "http/server.hpp"
#include "support/fake_model.hpp"
#include "support/http_client.hpp"

namespace pelton::api {

/// The real server on a free port of 127.0.0.1, serving fake models.
class ApiTestServer {
 public:
  using Models = std::vector<std::pair<std::string, std::vector<std::string>>>;

  /// Models by name (or "name:version") with the names of their features ("" for unnamed).
  explicit ApiTestServer(Models models, ApiSettings settings = {}, AccessLog* log = nullptr, std::size_t threads = 1,
                         const std::function<void(http::ServerSettings&)>& adjust = {})
      : models_(std::move(models)),
        repository_(
            [this](const serving::ModelSource& source) -> core::Result<std::unique_ptr<const model::Model>> {
              if (before_load) before_load(source);
              for (const auto& [name, features] : models_) {
                if (name == source.name || name == source.name + ":" + source.version) {
                  auto model = std::make_unique<test::FakeModel>(features, factor_);
                  model->before_score = before_score;
                  return std::unique_ptr<const model::Model>(std::move(model));
                }
              }
              return core::Error(core::ErrorCode::not_found, "no such fake model");
            },
            core::SteadyClock::instance(), registry_),
        shared_{.repository = repository_,
                .registry = registry_,
                .pool = &pool_,
                .access_log = log,
                .settings = std::move(settings)} {
    load();
    http::ServerSettings server_settings;
    server_settings.threads = threads;
    if (adjust) adjust(server_settings);
    server_ = std::make_unique<http::Server>(
        server_settings, core::SteadyClock::instance(),
        [this](core::EventLoop& loop) { return std::make_unique<Service>(shared_, loop); }, observer_);
    if (const auto started = server_->start(); !started) throw std::runtime_error(started.error().message());
  }

  std::uint16_t port() const { return server_->port(); }
  test::HttpClient client() const { return test::HttpClient(port()); }
  SharedState& shared() { return shared_; }
  http::Server& server() { return *server_; }

  /// Lets requests load and unload models; nothing is served but what there was at first.
  void let_models_change() { shared_.control = &control_; }
  /// Called before a model is loaded, on the loading thread.
  std::function<void(const serving::ModelSource&)> before_load;

  /// Called before rows are scored, by models that are loaded after it was set.
  std::function<void(std::size_t rows)> before_score;

  /// Loads every model again; its answers are `factor` times what they were at first.
  void reload(double factor) {
    factor_ = factor;
    load();
  }

 private:
  class Ignored final : public http::ConnectionObserver {
   public:
    void opened() noexcept override {}
    void closed() noexcept override {}
    void refused(const char*) noexcept override {}
  };

  std::vector<serving::ModelSource> sources() const {
    std::vector<serving::ModelSource> sources;
    for (const auto& [name, features] : models_) {
      const std::size_t colon = name.find(':');
      sources.push_back({.name = name.substr(0, colon),
                         .version = colon == std::string::npos ? "1" : name.substr(colon + 1),
                         .path = "fake",
                         .fit = {}});
    }
    return sources;
  }

  void load() {
    for (const core::Error& error : repository_.replace(sources(), "")) throw std::runtime_error(error.message());
  }

  Models models_;
  double factor_ = 1;
  metrics::Registry registry_;
  serving::Repository repository_;
  batching::ScoringPool pool_{2};
  SharedState shared_;
  Ignored observer_;
  std::unique_ptr<http::Server> server_;
  serving::ModelManager manager_{repository_,
                                 [this] { return core::Result<std::vector<serving::ModelSource>>(sources()); }, ""};
  core::Worker worker_{4};  // stops before the loops end
  ModelControl control_{manager_, worker_};
};

}  // namespace pelton::api
