#pragma once

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

}  // namespace pelton::app
