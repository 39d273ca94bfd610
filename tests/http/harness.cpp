#include "harness.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace pelton::http::test {

namespace {

UniqueFd connected_socket(const sockaddr* address, socklen_t size) {
  UniqueFd socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), address, size) != 0) return {};
  timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

}  // namespace

Client::Client(std::uint16_t port, const char* host) {
  if (std::strchr(host, ':') != nullptr) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    ::inet_pton(AF_INET6, host, &address.sin6_addr);
    socket_ = connected_socket(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    socket_ = connected_socket(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
}

Client::Client(const std::string& unix_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, unix_path.data(), std::min(unix_path.size(), sizeof address.sun_path - 1));
  socket_ = connected_socket(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

ssize_t Client::read_some(char* to, std::size_t room) {
  const ssize_t n = ::recv(socket_.get(), to, room, 0);
  if (n < 0 && errno == EAGAIN) ADD_FAILURE() << "the server did not answer or close within ten seconds";
  if (n < 0 && errno == ECONNRESET) reset_ = true;
  return n;
}

bool Client::fill() {
  char piece[65536];
  const ssize_t n = read_some(piece, sizeof piece);
  if (n <= 0) return false;
  received_.append(piece, static_cast<std::size_t>(n));
  return true;
}

Reply Client::read_reply(bool to_head) {
  Reply reply;
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  reply.head = received_.substr(0, end + 4);
  for (std::size_t at = reply.head.find("\r\n") + 2; at < end;) {
    const std::size_t stop = reply.head.find("\r\n", at);
    const std::string line = reply.head.substr(at, stop - at);
    const std::size_t colon = line.find(':');
    reply.headers[lowered(line.substr(0, colon))] = line.substr(colon + 2);
    at = stop + 2;
  }
  received_.erase(0, end + 4);
  std::size_t body = 0;
  if (const auto length = reply.headers.find("content-length"); length != reply.headers.end() && !to_head) {
    body = std::stoul(length->second);
  }
  if (const auto coding = reply.headers.find("transfer-encoding"); coding != reply.headers.end()) {
    EXPECT_EQ(coding->second, "chunked");
    if (!read_chunks(reply.body)) return {};
    std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
    return reply;
  }
  while (received_.size() < body) {
    if (!fill()) return {};
  }
  reply.body = received_.substr(0, body);
  received_.erase(0, body);
  std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
  return reply;
}

bool Client::read_chunk(std::string& data) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (!fill()) return false;
  }
  const std::size_t size = std::stoul(received_.substr(0, end), nullptr, 16);
  while (received_.size() < end + 2 + size + 2) {
    if (!fill()) return false;
  }
  data = received_.substr(end + 2, size);
  EXPECT_EQ(received_.substr(end + 2 + size, 2), "\r\n");
  received_.erase(0, end + 2 + size + 2);
  return true;
}

bool Client::read_chunks(std::string& body) {
  for (std::string data; read_chunk(data);) {
    if (data.empty()) return true;
    body += data;
  }
  return false;
}

std::string Client::read_head() {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  std::string head = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  return head;
}

Reply Client::get(std::string_view path) {
  if (!send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n\r\n")) return {};
  return read_reply();
}

std::vector<int> Client::read_statuses() {
  std::vector<int> statuses;
  for (Reply reply = read_reply(); reply.status != 0; reply = read_reply()) statuses.push_back(reply.status);
  return statuses;
}

std::string Client::read_all() {
  while (fill()) continue;
  return std::exchange(received_, {});
}

bool Client::closed() {
  char byte;
  const ssize_t n = ::recv(socket_.get(), &byte, 1, MSG_PEEK);
  return n == 0 || (n < 0 && errno == ECONNRESET);
}

void Client::end_sending() { ::shutdown(socket_.get(), SHUT_WR); }

void Client::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
}

void CountingObserver::refused(const char* reason) noexcept {
  const std::lock_guard lock(mutex_);
  ++refusals_[reason];
}

std::size_t CountingObserver::refusals(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  return refusals_[reason];
}

namespace {

/// /stream/echo gives back each piece as it comes, /stream/pile also to who does not read, as much as a body may have,
/// and /stream/pile_all all of it; /stream/stop/BYTES ends the answer, which ends well, after so many;
/// /stream/break/BYTES breaks off; /stream/refuse/BYTES answers 422 instead; /stream/hold is not ready after its first
/// piece until /release.
class TestSink final : public BodySink {
 public:
  TestSink(Shared& shared, std::string_view path, Responder responder, std::vector<TestSink*>& held)
      : shared_(shared), held_(held), responder_(std::move(responder)) {
    const std::size_t slash = path.rfind('/');
    what_ = path.substr(8, slash == 7 ? path.npos : slash - 8);
    if (slash != 7) most_ = std::stoul(std::string(path.substr(slash + 1)));
    ++shared_.sinks;
  }
  ~TestSink() override { --shared_.sinks; }

  bool ready() const noexcept override { return ready_; }
  MayWait may_wait() const noexcept override {
    return what_ == "pile" ? MayWait::a_body : what_ == "pile_all" ? MayWait::all : MayWait::little;
  }
  std::size_t take(std::string_view bytes) override {
    const std::size_t n = std::min(bytes.size(), most_ - taken_);
    taken_ += n;
    shared_.taken += n;
    if (what_ == "refuse" && taken_ == most_) {
      responder_.reply({.status = 422}, "refused");
      return done(n);
    }
    if (what_ == "refuse") return n;
    write(bytes.substr(0, n));
    if (taken_ == most_) {
      responder_.finish_stream(what_ != "break");
      return done(n);
    }
    if (what_ == "hold" && !held_once_) {
      held_once_ = true;
      ready_ = false;
      held_.push_back(this);
      ++shared_.kept;
    }
    return n;
  }
  void end() override {
    write("");
    responder_.finish_stream();
    delete this;
  }
  void fail(int status, std::string_view detail) override {
    write("!" + std::to_string(status) + " " + std::string(detail));
    responder_.finish_stream();
    gone_ = true;
    if (ready_) delete this;
  }
  void abandon() noexcept override {
    ++shared_.unwanted;
    gone_ = true;
    if (ready_) delete this;
  }
  void release() {
    ready_ = true;
    if (gone_) {
      delete this;
    } else {
      responder_.read_on();
    }
  }

 private:
  void write(std::string_view bytes) {
    if (!begun_) responder_.begin_stream({.content_type = "text/plain"});
    begun_ = true;
    responder_.begin_piece().append(bytes);
    responder_.end_piece();
  }
  std::size_t done(std::size_t n) {
    delete this;
    return n;
  }

  Shared& shared_;
  std::vector<TestSink*>& held_;
  Responder responder_;
  std::string what_;
  std::size_t most_ = SIZE_MAX;
  std::size_t taken_ = 0;
  bool ready_ = true;
  bool begun_ = false;
  bool held_once_ = false;
  bool gone_ = false;
};

}  // namespace

struct TestService::Held {
  std::vector<TestSink*> sinks;
};

TestService::TestService(Shared& shared, core::EventLoop& loop)
    : shared_(shared), loop_(loop), held_(std::make_unique<Held>()) {}
TestService::~TestService() = default;

bool TestService::wants_pieces(const RequestView& head) const { return head.path.starts_with("/stream/"); }

BodySink* TestService::open_body(const RequestView& head, Responder responder) {
  ++shared_.requests;
  if (head.path == "/stream/none") {
    responder.reply({.status = 404}, "none");
    return nullptr;
  }
  if (head.path == "/stream/throw") throw std::runtime_error("the service broke");
  return new TestSink(shared_, head.path, std::move(responder), held_->sinks);
}

void TestService::on_request(const RequestView& request, Responder responder) {
  ++shared_.requests;
  const std::string_view path = request.path;
  if (path == "/hello") return responder.reply({}, R"({"hello":"world"})");
  if (path == "/echo") return responder.reply({.content_type = "text/plain"}, request.body);
  if (path == "/target") return responder.reply({}, request.target);
  if (path == "/peer") return responder.reply({}, request.peer);
  if (path == "/lay") return responder.reply({}, std::to_string(request.backlog.lay.count()));
  if (path == "/headers") return responder.reply({}, std::to_string(request.headers.size()));
  if (path == "/sentinel") return responder.reply({.status = 202}, "sentinel");
  if (path == "/hidden") return responder.reply({.status = 201}, "hidden");
  if (path == "/nothing") return responder.reply({.status = 204}, "");
  if (path.starts_with("/busy/")) {
    const core::Duration respite = std::chrono::milliseconds(std::stoi(std::string(path.substr(6))));
    return responder.reply({.status = 503, .respite = respite}, "busy");
  }
  if (path.starts_with("/gather/")) {
    loop_.let_gather(std::chrono::milliseconds(std::stoi(std::string(path.substr(8)))));
    return responder.reply({}, "gathering");
  }
  if (path == "/throw") throw std::runtime_error("the service broke");
  if (path == "/drop") return;
  if (path == "/big") {
    core::TextBuffer& body = responder.begin({.content_type = "text/plain"});
    const std::size_t size = std::stoul(std::string(request.query));
    std::memset(body.room(size), 'b', size);
    body.advance(size);
    return responder.finish();
  }
  if (path.starts_with("/keep/")) {
    kept_[path.back()] = std::move(responder);
    ++shared_.kept;
    return;
  }
  if (path.starts_with("/answer/")) {
    // Letter by letter, in the order named.
    for (const char name : path.substr(8)) {
      Responder kept = std::move(kept_[name]);
      if (!kept.wanted()) ++shared_.unwanted;
      kept.reply({}, std::string(1, name));
    }
    return responder.reply({}, "answered");
  }
  if (path == "/release") {
    for (TestSink* const sink : std::exchange(held_->sinks, {})) sink->release();
    return responder.reply({}, "released");
  }
  if (path == "*") return responder.reply({.headers = "Allow: GET\r\n"}, "");
  responder.reply({.status = 404}, "");
}

std::string_view TestService::write_protocol_error(int status, std::string_view detail, const RequestView* head,
                                                   core::TextBuffer& body) {
  body.append(R"({"status":)");
  body.append_integer(status);
  if (head != nullptr) {
    body.append(R"(,"path":)");
    core::append_json_string(body, head->path);
  }
  body.append(R"(,"detail":)");
  core::append_json_string(body, detail);
  body.append('}');
  return "application/problem+json";
}

ServerSettings one_thread() {
  ServerSettings settings;
  settings.threads = 1;
  return settings;
}

TestServer::TestServer(ServerSettings settings, const core::Clock& clock) {
  server = std::make_unique<Server>(
      std::move(settings), clock, [this](core::EventLoop& loop) { return std::make_unique<TestService>(shared, loop); },
      observer);
  if (auto started = server->start(); !started) throw std::runtime_error(started.error().message());
}

}  // namespace pelton::http::test
