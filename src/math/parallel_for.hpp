#pragma once

#include <cstddef>
#include <type_traits>

namespace pelton::math {

/// Calls `body(context, first, last)` for consecutive blocks of [0, count), at most `block` long,
/// from up to `threads` threads, and returns when all are done. Blocks are disjoint, so a body that
/// writes only its own rows needs no locks; the result does not depend on `threads`. A fork and join
/// costs 7–85 µs: worth it only for work that is dearer. With one thread, or without OpenMP in the
/// build, the blocks run in order on the caller's thread. `body` must not throw.
void parallel_blocks(std::size_t count, std::size_t block, std::size_t threads, void* context,
                     void (*body)(void* context, std::size_t first, std::size_t last));

/// The same for any callable `body(first, last)`.
template <class Body>
void parallel_for(std::size_t count, std::size_t block, std::size_t threads, Body&& body) {
  parallel_blocks(count, block, threads, &body, [](void* context, std::size_t first, std::size_t last) {
    (*static_cast<std::remove_reference_t<Body>*>(context))(first, last);
  });
}

}  // namespace pelton::math
