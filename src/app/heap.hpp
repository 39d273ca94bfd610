#pragma once

#include <chrono>
#include <cstddef>
#include <fstream>

namespace pelton::app {

/// Has the allocator give freed memory back to the system, as a process does that serves for months. Call it before
/// threads start.
///
/// glibc keeps what is freed at the end of each of its arenas, by default the more the larger the blocks that have been
/// freed so far, up to 64 MiB an arena, and small blocks that live on hold large gaps open: so a server under mixed
/// load grows to twice its size within minutes and goes on. Blocks from 128 KiB on are mapped and unmapped one by one
/// instead, and an arena gives back what is free at its end beyond as much. What the server reuses it keeps by
/// itself, in pools of bounded size, so requests of the usual size do not notice. GLIBC_TUNABLES that say otherwise for
/// these two win.
void return_freed_memory() noexcept;

/// Whether the gaps between blocks that live on are worth giving back. Arithmetic; sizes in bytes.
class GapPolicy {
 public:
  static constexpr std::size_t kLeast = 16 << 20;

  /// Call it regularly with what is resident and what of it is in use: true once the gaps have been more than
  /// `kLeast` and a quarter of what is in use at two looks one after another. Gaps that could not be given back the
  /// last time do not count.
  bool look(std::size_t resident, std::size_t in_use) noexcept;
  /// The gaps have been given back, as far as they could be.
  void given_back(std::size_t resident, std::size_t in_use) noexcept;

 private:
  std::size_t stuck_ = 0;
  bool much_before_ = false;
};

/// Gives the gaps back: what a crowd of callers held in buffers stays resident else when they have gone, for as long as
/// one block lives that was allocated after theirs. For one thread.
class GapKeeper {
 public:
  static constexpr std::chrono::seconds kPeriod{2};

  GapKeeper();
  /// Call it every `kPeriod`. Takes some microseconds, and a millisecond for every 20 MiB it gives back.
  void look();

 private:
  std::size_t resident();

  std::ifstream statm_;
  GapPolicy policy_;
};

}  // namespace pelton::app
