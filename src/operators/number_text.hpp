#pragma once

#include <array>
#include <concepts>
#include <string_view>

#include "tensor/failure.hpp"

/// Numbers as the texts that operator Cast makes of them and reads.
namespace pelton::operators {

/// Room for the text of any number.
using NumberText = std::array<char, 40>;

/// At most eight significant digits, as ONNX Runtime writes them ("3", "0.1", "1e-07", "1.2345679e+08");
/// "NaN", "INF" and "-INF". The result lies in `room` or lives for ever.
std::string_view write_number(double value, NumberText& room) noexcept;

/// All digits; a bool is "1" or "0".
template <std::integral T>
std::string_view write_number(T value, NumberText& room) noexcept;

/// The number that a text is, blanks around it left out: decimal, in plain or scientific notation;
/// "inf", "infinity" and "nan" in letters of either case, with or without a sign. Beyond the largest
/// double it is infinite. Throws Failure, quoting the text, where it is none.
double read_number(std::string_view text);

/// The integer that a text is; one that is written with a fraction or an exponent is cut toward zero.
/// For a bool also "true" and "false" in letters of either case, and whether a number is not 0. Throws
/// Failure where it is none, or does not fit the type.
template <std::integral T>
T read_integer(std::string_view text);

}  // namespace pelton::operators
