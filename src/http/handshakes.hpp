#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

#include "core/event_loop.hpp"

namespace pelton::http {

/// The TLS handshakes of one loop: how many are under way, and who waits for a turn. Loop thread only.
///
/// A handshake is dear for the server (a signature takes as long as a hundred requests) and cheap for a
/// client. So few begin in one round, between which established connections have their turn; and only
/// so many are under way, which bounds their memory. A client that takes long over its handshake
/// while others wait loses its place: slow ones cannot keep the door shut.
class Handshakes {
 public:
  /// How long a handshake may keep others waiting.
  static constexpr core::Duration kUnhurried = std::chrono::seconds(1);
  static constexpr int kBegunAtOnce = 8;

  /// Whoever wants to shake hands.
  class Guest {
   public:
    explicit Guest(Handshakes& all) noexcept : all_(all) {}
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    /// Is under way no longer, nor waits.
    virtual ~Guest() { all_.leave(*this); }

    bool waits() const noexcept { return place_ == Place::queue; }
    bool under_way() const noexcept { return place_ == Place::room; }

   protected:
    /// It has waited and may begin; it is under way. May end its own life, as the next.
    virtual void on_turn() = 0;
    /// Has taken too long while others waited, and must leave.
    virtual void on_crowded_out() = 0;

   private:
    friend class Handshakes;
    enum class Place : std::uint8_t { outside, queue, room };
    Handshakes& all_;
    Place place_ = Place::outside;
    std::list<Guest*>::iterator at_{};
    core::TimePoint since_{};
  };

  Handshakes(core::EventLoop& loop, std::size_t most);

  /// Whether `guest` may begin now, and then it is under way; otherwise it waits for its turn.
  /// `now` is when the round began. Throws std::bad_alloc.
  bool enter(Guest& guest, core::TimePoint now);
  /// Called now and then: crowds out.
  void look(core::TimePoint now);

 private:
  struct Turn : core::Task {
    explicit Turn(Handshakes& owner);
    Handshakes& all;
  };

  bool may_begin() const noexcept { return room_.size() < most_ && begun_ < kBegunAtOnce; }
  void leave(Guest& guest) noexcept;
  void call_turn() noexcept;
  void take_turns();

  core::EventLoop& loop_;
  const std::size_t most_;
  std::list<Guest*> queue_;  ///< longest waiting first
  std::list<Guest*> room_;   ///< longest under way first
  core::TimePoint now_{};
  int begun_ = 0;  ///< in this round
  bool turn_called_ = false;
  Turn turn_;
};

}  // namespace pelton::http
