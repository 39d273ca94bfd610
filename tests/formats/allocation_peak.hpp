#pragma once

#include <cstddef>

namespace pelton::test {

/// Most bytes that the global operator new had handed out at once since `restart_peak`, beyond what
/// was out then. This test program replaces the operators (allocation_peak.cpp). Thread-safe.
std::size_t peak_bytes() noexcept;
void restart_peak() noexcept;

}  // namespace pelton::test
