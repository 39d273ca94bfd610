#include "http/handshakes.hpp"

namespace pelton::http {

Handshakes::Turn::Turn(Handshakes& owner)
    : core::Task([](core::Task& task) { static_cast<Turn&>(task).all.take_turns(); }), all(owner) {}

Handshakes::Handshakes(core::EventLoop& loop, std::size_t most) : loop_(loop), most_(most), turn_(*this) {}

bool Handshakes::enter(Guest& guest, core::TimePoint now) {
  if (now != now_) {
    now_ = now;
    begun_ = 0;
  }
  const bool begins = queue_.empty() && may_begin();
  std::list<Guest*>& list = begins ? room_ : queue_;
  guest.at_ = list.insert(list.end(), &guest);
  guest.place_ = begins ? Guest::Place::room : Guest::Place::queue;
  guest.since_ = now;
  if (begins) {
    ++begun_;
  } else {
    call_turn();
  }
  return begins;
}

void Handshakes::leave(Guest& guest) noexcept {
  if (guest.waits()) queue_.erase(guest.at_);
  if (guest.under_way()) {
    room_.erase(guest.at_);
    call_turn();
  }
  guest.place_ = Guest::Place::outside;
}

/// Turns are taken after the loop has looked at its sockets again.
void Handshakes::call_turn() noexcept {
  if (turn_called_ || queue_.empty() || room_.size() >= most_) return;
  turn_called_ = true;
  loop_.post(turn_);
}

void Handshakes::take_turns() {
  turn_called_ = false;
  begun_ = 0;
  while (!queue_.empty() && may_begin()) {
    Guest& guest = *queue_.front();
    room_.splice(room_.end(), queue_, guest.at_);
    guest.place_ = Guest::Place::room;
    guest.since_ = now_;
    ++begun_;
    guest.on_turn();
  }
  call_turn();
}

void Handshakes::look(core::TimePoint now) {
  now_ = now;
  while (!room_.empty() && room_.size() + queue_.size() > most_) {
    Guest& slowest = *room_.front();
    if (queue_.empty() || now - slowest.since_ < kUnhurried) return;
    slowest.on_crowded_out();
  }
}

}  // namespace pelton::http
