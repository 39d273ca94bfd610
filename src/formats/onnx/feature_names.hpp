#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pelton::formats::onnx {

/// Reads a JSON list of text, such as ["age", "income"]; Python's way of writing one, with single
/// quotes, is understood too. Nothing where `text` is anything else or not UTF-8.
std::optional<std::vector<std::string>> parse_name_list(std::string_view text);

/// The same list as JSON.
std::string format_name_list(const std::vector<std::string>& names);

}  // namespace pelton::formats::onnx
