#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace pelton::formats {

/// Bounds on what a model file may ask for. A file beyond one is refused with too_large, before the
/// memory it would take is allocated.
struct Limits {
  std::uint64_t file_bytes = std::uint64_t{4} << 30;     ///< size of the file itself
  std::size_t messages = 1'000'000;                      ///< parts of a file: nodes, attributes, tensors, types, …
  std::size_t nodes = 50'000;                            ///< operators of a graph
  std::size_t depth = 16;                                ///< parts within parts
  std::size_t features = 100'000;                        ///< columns of a row
  std::size_t classes = 65'535;                          ///< labels of a classifier
  std::size_t trees = 1'000'000;                         ///< of an ensemble
  std::size_t tree_nodes = std::size_t{1} << 28;         ///< splits and leaves of all trees together
  std::size_t attachment_bytes = std::size_t{16} << 20;  ///< of golden rows, or of a baseline, in the file
  std::size_t refusals = 20;  ///< nodes that an error tells of by name; the others are counted
};

/// Which boosting rounds take part: [first, last) as XGBoost's iteration_range and LightGBM's
/// start_iteration and num_iteration have it; `last` beyond the end, or none, means to the end.
struct Iterations {
  std::size_t first = 0;
  std::optional<std::size_t> last;
  bool best =
      false;  ///< up to the round that early stopping found best, where the file says so; `last` is not looked at

  bool all() const noexcept { return first == 0 && !last && !best; }
};

/// How a file is to be read.
struct Options {
  Limits limits = {};
  std::filesystem::path folder = {};  ///< where an ONNX file may keep weights in files of their own; empty: nowhere
  Iterations iterations = {};         ///< of ensembles; other kinds of models refuse any but all
  std::function<void(double)> progress = {};  ///< told the share of the file read so far, now and then; may be empty
};

}  // namespace pelton::formats
