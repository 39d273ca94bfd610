#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/feature_table.hpp"
#include "codec/problem.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "math/row_buffer.hpp"

namespace pelton::codec {

/// The last of the priorities that a caller may ask for.
inline constexpr std::uint32_t kMaxPriority = 100;

/// What a caller asks for besides its rows. Views point into the body or into the reader that read
/// it: valid until either is used again.
struct PredictOptions {
  std::optional<model::Method> method;
  std::uint32_t explain_top = 0;  ///< contributions wanted a row; 0 none
  std::string_view model;         ///< empty: as the route says
  std::string_view version;       ///< its name; an integer's digits
  std::optional<core::Duration> timeout;
  std::optional<std::uint32_t> priority;  ///< 0 the model's default, 1 first … 100 last (as Triton's)
  std::string_view id;                    ///< as JSON text (quotes included), to be given back verbatim
};

/// A request of any dialect, once read: its rows are in the RowBuffer.
struct PredictRequest {
  PredictOptions options;
  std::size_t first_row = 0;  ///< rows [first_row, first_row + rows) of the buffer
  std::size_t rows = 0;
  bool single = false;  ///< one bare row was sent: the reply is a bare result, not a list of one
};

/// Bounds on what one request may bring.
struct ReadLimits {
  std::size_t max_rows = 1'000'000;  ///< 413 beyond
  /// Values that a request's rows hold without being sent with them (left out by name, or sent once for all): memory
  /// that its bytes do not account for. 413 beyond.
  std::size_t max_filled = std::size_t{1} << 24;
};

/// Where rows are read to. The buffer has `features.width()` columns (asserted) and is shared with
/// other callers' rows: a reader appends, and gives everything back if it refuses.
struct RowTarget {
  const FeatureTable& features;
  math::RowBuffer& rows;
  ReadLimits limits = {};
};

/// Reads one option from its text form (a query string, already percent-decoded): method, explain,
/// model, version, timeout_ms, priority. Unknown names are left to the caller: `known` tells. The
/// error's text does not repeat the name. Views in `options` point into `value`.
struct OptionOutcome {
  bool known = true;
  std::optional<std::string> error;
};
OptionOutcome read_option(std::string_view name, std::string_view value, const FeatureTable& features,
                          PredictOptions& options);

/// Copies rows that were read for one batch to another (other methods are wanted of them, or more than one): appends
/// rows [first, end) of `from` to `to`. Returns the first row in `to`. Both have the columns of `features`
/// (asserted), whose texts are copied too. Throws std::bad_alloc with nothing copied.
std::size_t copy_rows(const math::RowBuffer& from, std::size_t first, math::RowBuffer& to,
                      const FeatureTable& features);

}  // namespace pelton::codec
