#pragma once

#include <string_view>

namespace pelton::app {

/// The Python program that `pelton exporter` prints: the files of src/app/exporter/ as one, built into
/// the program.
std::string_view exporter_script() noexcept;

}  // namespace pelton::app
