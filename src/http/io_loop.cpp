#include "http/io_loop.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "http/connection.hpp"

namespace pelton::http {

namespace {

constexpr int kEventsAtOnce = 512;
/// Whoever has been read waits no longer than this for the reading of others in the same round, if there are many or
/// their bodies are large.
constexpr core::Duration kLongestStretch = std::chrono::microseconds(500);
constexpr int kEventsBetweenLooks = 4;  ///< at the clock
/// A loop that did nothing for longer may have slept; what comes when it is woken has come just now.
constexpr core::Duration kNap = std::chrono::microseconds(50);
constexpr int kMuch = 8;  ///< sockets ready at once
/// Tasks that deferred tasks defer run in the same round, this many generations deep: a batch's
/// answers are still sent in its round, and a task that defers itself cannot starve the sockets.
constexpr int kGenerations = 8;

int make_epoll_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

}  // namespace

/// Carries a wake-up to the loop in memory of the loop's own, so that other threads' posts allocate nothing.
class IoLoop::WakeHandler {
 public:
  template <class T>
  struct Allocator {
    using value_type = T;
    IoLoop* loop;
    explicit Allocator(IoLoop* owner) noexcept : loop(owner) {}
    template <class U>
    explicit(false) Allocator(const Allocator<U>& other) noexcept : loop(other.loop) {}
    T* allocate(std::size_t n) {
      if (n * sizeof(T) > sizeof loop->wake_memory_) throw std::bad_alloc();
      return reinterpret_cast<T*>(loop->wake_memory_);
    }
    void deallocate(T*, std::size_t) noexcept {}
    template <class U>
    bool operator==(const Allocator<U>& other) const noexcept {
      return loop == other.loop;
    }
  };
  using allocator_type = Allocator<void*>;

  explicit WakeHandler(IoLoop& loop) noexcept : loop_(&loop) {}
  allocator_type get_allocator() const noexcept { return allocator_type(loop_); }
  void operator()() const { loop_->on_wake(); }

 private:
  IoLoop* loop_;
};

IoLoop::IoLoop(const ServerSettings& settings, const core::Clock& clock, ConnectionObserver& observer, Census& census,
               const TlsSlot& tls)
    : settings_(settings),
      clock_(clock),
      observer_(observer),
      census_(census),
      tls_(tls),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      work_(context_.get_executor()),
      set_(context_, make_epoll_set()),
      timer_(context_),
      rest_timer_(context_),
      now_(clock.now()),
      wheel_(now_),
      handshakes_(*this, settings.limits.handshakes),
      reader_shared_(settings.limits),
      reply_shared_(settings.limits.pipelined) {}

IoLoop::~IoLoop() = default;

void IoLoop::run(const ServiceFactory& factory, const std::function<void()>& started) {
  service_ = factory(*this);
  started();
  await_ready();
  context_.run();
  close_all();
  end_round();
  // What other threads still do for callers that have gone comes back here.
  while (!service_->idle()) {
    context_.restart();
    context_.run_one();
  }
  // Whatever the service still keeps to answer is answered into closed connections, and so let go.
  service_.reset();
  end_round();
}

void IoLoop::await_ready() {
  set_.async_wait(net::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (!error) on_ready();
  });
}

void IoLoop::on_ready() {
  begin_round();
  const core::TimePoint began = now_;
  std::array<epoll_event, kEventsAtOnce> events;
  const int n = ::epoll_wait(set_.native_handle(), events.data(), kEventsAtOnce, 0);
  look_found(n);
  meter_.looked(now_, n, n < kEventsAtOnce);
  for (int i = 0; i < n; ++i) {
    backlog_ = meter_.owed(i, now_);
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    static_cast<Connection*>(event.data.ptr)->on_event(event.events);
    if (i % kEventsBetweenLooks == kEventsBetweenLooks - 1) stretch();
  }
  end_round();
  if (gathering_ < core::Duration::max()) gather(began + std::exchange(gathering_, core::Duration::max()));
  await_ready();
}

/// Does not even wait for the sockets, whose every request would wake the thread; for what other threads want it does.
void IoLoop::gather(core::TimePoint until) {
  std::unique_lock lock(mutex_);
  waked_.wait_for(lock, until - clock_.now(), [this] { return waking_; });
}

/// In a round that takes long, what has been read so far is scored and answered.
void IoLoop::stretch() {
  const core::TimePoint now = clock_.now();
  if (now - now_ < kLongestStretch) return;
  now_ = now;
  run_deferred();
}

void IoLoop::defer(core::Task& task) {
  task.next = nullptr;
  *deferred_end_ = &task;
  deferred_end_ = &task.next;
}

void IoLoop::begin_round() noexcept {
  now_ = clock_.now();
  if (now_ - worked_until_ >= kNap) paused_until_ = now_;
  backlog_.lay = core::Duration(0);
}

/// Whether it slept before, a loop can only guess. One that did finds little when it wakes; only where it found much
/// the kernel is asked whether the thread slept, or others had the processor.
void IoLoop::look_found(int ready) noexcept {
  if (!paused_until_) return;
  bool slept = true;
  if (ready >= kMuch) {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    slept = std::exchange(sleeps_, usage.ru_nvcsw) != usage.ru_nvcsw;
  }
  if (slept) meter_.woke(*paused_until_);
  paused_until_.reset();
}

void IoLoop::run_deferred() {
  for (int generation = 0; deferred_first_ != nullptr && generation < kGenerations; ++generation) {
    core::Task* task = std::exchange(deferred_first_, nullptr);
    deferred_end_ = &deferred_first_;
    while (task != nullptr) std::exchange(task, task->next)->run();
  }
}

void IoLoop::end_round() {
  run_deferred();
  if (deferred_first_ != nullptr) wake();
  worked_until_ = clock_.now();
  while (buried_ != nullptr) delete std::exchange(buried_, buried_->next_buried);
}

void IoLoop::bury(Connection& connection) noexcept {
  connection.next_buried = buried_;
  buried_ = &connection;
}

void IoLoop::post(core::Task& task) {
  task.next = nullptr;
  {
    const std::lock_guard lock(mutex_);
    *posted_end_ = &task;
    posted_end_ = &task.next;
  }
  wake();
}

void IoLoop::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(waking_, true)) return;
  }
  waked_.notify_one();
  net::post(context_, WakeHandler(*this));
}

void IoLoop::on_wake() {
  core::Task* task = nullptr;
  bool drain = false;
  bool stop = false;
  {
    const std::lock_guard lock(mutex_);
    waking_ = false;
    task = std::exchange(posted_first_, nullptr);
    posted_end_ = &posted_first_;
    std::swap(arriving_, arrivals_);
    drain = std::exchange(drain_wanted_, false);
    stop = stop_wanted_;
  }
  begin_round();
  for (Arrival& arrival : arriving_) {
    try {
      Connection::open(*this, std::move(arrival.socket), arrival.peer, arrival.tls);
    } catch (const std::bad_alloc&) {
      forget(arrival);
    }
  }
  arriving_.clear();
  while (task != nullptr) std::exchange(task, task->next)->run();
  if (drain) {
    draining_ = true;
    for (std::size_t i = members_.size(); i-- > 0;) {
      if (i < members_.size()) members_[i]->on_drain();
    }
  }
  end_round();
  if (stop) context_.stop();
}

void IoLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_wanted_ = true;
  }
  wake();
}

void IoLoop::drain() {
  {
    const std::lock_guard lock(mutex_);
    drain_wanted_ = true;
  }
  wake();
}

void IoLoop::adopt(UniqueFd socket, const PeerAddress& peer, bool tls) {
  connections_.fetch_add(1, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    arrivals_.push_back({std::move(socket), peer, tls});
  }
  wake();
}

bool IoLoop::watch(int socket, Connection& connection, std::uint32_t events, bool fresh) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &connection;
  return ::epoll_ctl(set_.native_handle(), fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) == 0;
}

void IoLoop::joined(Connection& connection) {
  connection.place = members_.size();
  members_.push_back(&connection);
  if (!ticking_) on_tick();
}

void IoLoop::left(Connection& connection) noexcept {
  members_.back()->place = connection.place;
  members_[connection.place] = members_.back();
  members_.pop_back();
  connections_.fetch_sub(1, std::memory_order_relaxed);
}

void IoLoop::add_resting(Connection& connection, core::TimePoint until) {
  if (resting_.size() == resting_.capacity()) {
    const std::size_t more = 2 * resting_.size() + 16;
    rested_.reserve(more);  // so that waking them needs no memory
    resting_.reserve(more);
  }
  resting_.push_back({until, &connection});
  connection.hold();
  if (resting_.size() == 1) await_rested();
}

void IoLoop::await_rested() {
  const auto first = std::min_element(resting_.begin(), resting_.end(),
                                      [](const Resting& a, const Resting& b) { return a.until < b.until; });
  rest_timer_.expires_after(std::max(first->until - clock_.now(), core::Duration(0)));
  rest_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_rested();
  });
}

void IoLoop::on_rested() {
  begin_round();
  const auto due =
      std::partition(resting_.begin(), resting_.end(), [this](const Resting& r) { return r.until > now_; });
  rested_.assign(due, resting_.end());
  resting_.erase(due, resting_.end());
  for (const Resting& resting : rested_) {
    resting.connection->end_rest();
    resting.connection->release();
  }
  rested_.clear();
  end_round();
  if (!resting_.empty()) await_rested();
}

void IoLoop::await_tick() {
  timer_.expires_after(TickWheel::kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    begin_round();
    on_tick();
    end_round();
  });
}

/// Ticks only while there are connections: an idle server sleeps.
void IoLoop::on_tick() {
  reply_shared_.set_date(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  wheel_.advance(now_);
  handshakes_.look(now_);
  ticking_ = !members_.empty();
  if (ticking_) await_tick();
}

/// An arrival that no Connection came of.
void IoLoop::forget(const Arrival& arrival) noexcept {
  connections_.fetch_sub(1, std::memory_order_relaxed);
  census_.leave(arrival.peer.text(), false);
  observer_.closed();
}

void IoLoop::close_all() {
  {
    const std::lock_guard lock(mutex_);
    std::swap(arriving_, arrivals_);
  }
  for (Arrival& arrival : arriving_) forget(arrival);
  arriving_.clear();
  while (!members_.empty()) members_.back()->cut();
  for (const Resting& resting : resting_) resting.connection->release();
  resting_.clear();
}

}  // namespace pelton::http
