#include "http/server.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "core/processors.hpp"
#include "http/acceptor.hpp"
#include "http/census.hpp"
#include "http/io_loop.hpp"
#include "http/listening_socket.hpp"
#include "http/tls_slot.hpp"

namespace pelton::http {

namespace {

/// How long clients that have their last answer are given to take it and go.
constexpr core::Duration kFarewell = std::chrono::milliseconds(500);

/// One loop for every two processors this process may run on. The other half is the kernel's, the
/// proxy's and the scoring pool's; with a loop on each, loops and callers on one machine cut each
/// other's rounds short: less is answered, later, in smaller batches (docs/performance.md).
std::size_t default_threads() { return std::max<std::size_t>(core::usable_processors() / 2, 1); }

/// Runs `work` on `loop`'s thread, and waits for it.
void run_on(IoLoop& loop, std::function<void()> work) {
  struct Call : core::Task {
    explicit Call(std::function<void()> f)
        : core::Task([](core::Task& task) {
            auto& self = static_cast<Call&>(task);
            self.work();
            self.done.set_value();
          }),
          work(std::move(f)) {}
    std::function<void()> work;
    std::promise<void> done;
  };
  Call call(std::move(work));
  std::future<void> done = call.done.get_future();
  loop.post(call);
  done.wait();
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerSettings settings, const core::Clock& clock, ServiceFactory factory, ConnectionObserver& observer)
      : settings_(std::move(settings)),
        clock_(clock),
        factory_(std::move(factory)),
        observer_(observer),
        tls_(settings_.tls),
        census_(settings_.limits.connections, settings_.limits.connections_per_address) {}

  ~Impl() { stop(); }

  core::Result<void> start();
  bool drain(core::Duration patience);
  void renew_tls(std::shared_ptr<const tls::ServerContext> identity) { tls_.replace(std::move(identity)); }

  const std::vector<std::string>& addresses() const noexcept { return addresses_; }
  std::uint16_t port(std::size_t i) const { return ports_.at(i); }

 private:
  core::Result<void> start_threads();
  void stop();

  const ServerSettings settings_;
  const core::Clock& clock_;
  const ServiceFactory factory_;
  ConnectionObserver& observer_;
  TlsSlot tls_;
  Census census_;
  std::vector<ListeningSocket> sockets_;
  std::vector<std::string> addresses_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  std::vector<std::thread> threads_;
  std::unique_ptr<Acceptor> acceptor_;
};

core::Result<void> Server::Impl::start() {
  for (const Endpoint& endpoint : settings_.endpoints) {
    auto socket = ListeningSocket::open(endpoint);
    if (!socket) return socket.error();
    if (socket->tls() && !settings_.tls) {
      return core::Error(core::ErrorCode::invalid_argument, socket->address() + ": TLS without a certificate");
    }
    addresses_.push_back(socket->address());
    ports_.push_back(socket->port());
    sockets_.push_back(std::move(*socket));
  }
  if (auto started = start_threads(); !started) return started;
  acceptor_ = std::make_unique<Acceptor>(loops_, census_, observer_);
  run_on(*loops_.front(), [this] { acceptor_->start(sockets_); });
  return {};
}

core::Result<void> Server::Impl::start_threads() {
  const std::size_t count = settings_.threads != 0 ? settings_.threads : default_threads();
  const std::vector<int> processors = core::bound_processors();
  std::vector<std::future<void>> starting;
  for (std::size_t i = 0; i < count; ++i) {
    loops_.push_back(std::make_unique<IoLoop>(settings_, clock_, observer_, census_, tls_));
    auto started = std::make_shared<std::promise<void>>();
    starting.push_back(started->get_future());
    const int processor = processors[i * processors.size() / count];
    threads_.emplace_back([this, processor, &loop = *loops_.back(), started] {
      bool running = false;
      try {
        if (settings_.pin && !core::bind_to_processor(processor)) {
          throw std::runtime_error("cannot bind a thread to processor " + std::to_string(processor));
        }
        loop.run(factory_, [&] {
          running = true;
          started->set_value();
        });
      } catch (...) {
        if (running) throw;  // a handler broke its promise not to throw: there is no going on
        started->set_exception(std::current_exception());
      }
    });
  }
  for (std::future<void>& future : starting) {
    try {
      future.get();
    } catch (const std::exception& failure) {
      stop();
      return core::Error(core::ErrorCode::internal,
                         std::string("an event loop could not be started: ") + failure.what());
    }
  }
  return {};
}

bool Server::Impl::drain(core::Duration patience) {
  if (!acceptor_) return true;
  run_on(*loops_.front(), [this] { acceptor_->close(); });
  sockets_.clear();
  for (const auto& loop : loops_) loop->drain();
  const bool answered = census_.wait_finished(patience);
  census_.wait_gone(std::min(patience, kFarewell));
  stop();
  return answered;
}

void Server::Impl::stop() {
  if (acceptor_ && !threads_.empty()) run_on(*loops_.front(), [this] { acceptor_->close(); });
  for (const auto& loop : loops_) loop->stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  acceptor_.reset();
  loops_.clear();
  sockets_.clear();
}

Server::Server(ServerSettings settings, const core::Clock& clock, ServiceFactory factory, ConnectionObserver& observer)
    : impl_(std::make_unique<Impl>(std::move(settings), clock, std::move(factory), observer)) {}
Server::~Server() = default;

core::Result<void> Server::start() { return impl_->start(); }

void Server::renew_tls(std::shared_ptr<const tls::ServerContext> identity) { impl_->renew_tls(std::move(identity)); }

std::vector<std::string> Server::addresses() const { return impl_->addresses(); }

std::uint16_t Server::port(std::size_t i) const { return impl_->port(i); }

bool Server::drain(core::Duration patience) { return impl_->drain(patience); }

}  // namespace pelton::http
