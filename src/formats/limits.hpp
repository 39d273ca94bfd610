#pragma once

#include <cstddef>
#include <cstdint>

namespace pelton::formats {

/// Bounds on what a model file may ask for. A file beyond one is refused with too_large, before the
/// memory it would take is allocated.
struct Limits {
  std::uint64_t file_bytes = std::uint64_t{4} << 30;  ///< size of the file itself
  std::size_t messages = 1'000'000;                   ///< parts of a file: nodes, attributes, tensors, types, …
  std::size_t nodes = 50'000;                         ///< operators of a graph
  std::size_t depth = 16;                             ///< parts within parts
  std::size_t features = 100'000;                     ///< columns of a row
  std::size_t classes = 65'535;                       ///< labels of a classifier
};

}  // namespace pelton::formats
