// The beginning of a TLS connection: until its handshake is complete it carries no request.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "http/ascii.hpp"
#include "http/connection.hpp"

namespace pelton::http {

void Connection::Greeting::on_turn() {
  Connection& self = connection;
  self.guarded([&self] { self.begin_handshake(); });
}

void Connection::Greeting::on_crowded_out() {
  connection.refused_as("handshakes");
  connection.cut();
}

void Connection::greet() {
  if (greeting_->under_way()) {
    go_on_with_handshake();
    return;
  }
  if (greeting_->waits()) return;
  char first = 0;
  const ssize_t n = ::recv(transport_.fd(), &first, 1, MSG_DONTWAIT | MSG_PEEK);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    cut();
  } else if (ascii::is(first, ascii::kToken)) {
    answer_plainly();
  } else if (loop_.handshakes().enter(*greeting_, loop_.now())) {
    begin_handshake();
  } else {
    wait_for(0);  // for its turn
  }
}

/// A method of plain HTTP; a TLS record begins with a byte below 32. Whoever mistook the port is told so.
void Connection::answer_plainly() {
  greeting_.reset();
  refused_as("protocol");
  refuse({400, "this port speaks TLS: the URL begins with https://"});
  update_waiting();
}

void Connection::begin_handshake() {
  transport_.secure(loop_.tls().current()->open(transport_.fd()));
  go_on_with_handshake();
}

void Connection::go_on_with_handshake() {
  switch (transport_.session().handshake()) {
    case tls::Session::Step::needs_input: wait_for(EPOLLIN); break;
    case tls::Session::Step::needs_output: wait_for(EPOLLOUT); break;
    case tls::Session::Step::failed:
      greeting_.reset();
      refused_as("tls");
      last_ = true;
      linger();  // so that the client reads why
      break;
    case tls::Session::Step::done:
      greeting_.reset();
      end_handshake();
      break;
  }
}

/// The first request has often come with the handshake's last bytes.
void Connection::end_handshake() {
  wait_for(EPOLLIN);
  if (is_open()) receive();
  if (!is_open() || !idle()) return;
  if (served_ == 0) loop_.wheel().aim(*this, loop_.now() + loop_.settings().timeouts.first_byte);
  if (loop_.draining()) finish_if_idle();
}

}  // namespace pelton::http
