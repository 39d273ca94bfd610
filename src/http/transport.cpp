#include "http/transport.hpp"

#include <sys/ioctl.h>

namespace pelton::http {

bool Transport::bytes_wait() const noexcept {
  if (holds_more()) return true;
  int waiting = 0;
  return ::ioctl(socket_.get(), FIONREAD, &waiting) == 0 && waiting > 0;
}

void Transport::end_sending() noexcept {
  if (tls_) {
    tls_->close();
    tls_.reset();
  }
  ::shutdown(socket_.get(), SHUT_WR);
}

void Transport::close(bool politely) noexcept {
  if (tls_) {
    if (politely) tls_->close();
    tls_.reset();
  }
  socket_.reset();
}

}  // namespace pelton::http
