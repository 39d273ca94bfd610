#pragma once

#include <cstddef>
#include <string_view>

#include "codec/problem.hpp"

namespace pelton::api {

/// The dialects answers are counted by.
enum class Dialect { http, native, v1, v2, mlflow, sagemaker, vertex };
inline constexpr std::size_t kDialectCount = 7;
std::string_view to_string(Dialect dialect) noexcept;

/// Whether all but predictions is sent as it is: tritonclient for asyncio says that it takes gzip whatever it asks
/// for, and undoes it for predictions alone.
bool compresses_predictions_only(Dialect dialect) noexcept;

/// How the dialect tells problems.
const codec::ProblemShape& problem_shape(Dialect dialect) noexcept;

}  // namespace pelton::api
