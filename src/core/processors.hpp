#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace pelton::core {

/// Processors this process may keep busy, at least one: those it is bound to (taskset, cpusets), and of them as many
/// as its control group has time for. More threads than these only take turns.
std::size_t usable_processors();

/// The numbers of those that the calling thread is bound to, ascending, at least one.
std::vector<int> bound_processors();
/// Binds the calling thread to one of them; false, and nothing is done, where the system forbids it.
bool bind_to_processor(int processor) noexcept;

/// Processors' worth of time that control groups of version 2 give the process, a fraction possibly; nothing where none
/// bounds it. `membership` is its /proc/self/cgroup, `root` where the groups are mounted; of a group and those it is in
/// the least counts. See the kernel's Documentation/admin-guide/cgroup-v2.rst, cpu.max.
std::optional<double> group_processors(const std::filesystem::path& membership, const std::filesystem::path& root);

}  // namespace pelton::core
