#pragma once

#include <filesystem>
#include <vector>

#include "core/result.hpp"

namespace pelton::sandbox {

/// The files a process may reach from some moment on.
struct FileAccess {
  /// Folders whose files, at any depth, may be read and listed; or single files. Links are followed now, and again
  /// whenever something is opened: what counts is where the file lies, so links within such a folder work and
  /// links out of it do not.
  std::vector<std::filesystem::path> readable;
  /// Folders in which unix sockets may be made and removed.
  std::vector<std::filesystem::path> sockets;
};

/// Lets this process, whatever it does later, read what `access` names, its own entries of /proc, and the list of
/// processors. No other file is touched: nothing can be written, made, renamed or executed. What is open stays open.
/// There is no way back; children inherit it.
///
/// By Landlock (https://docs.kernel.org/userspace-api/landlock.html), so it needs Linux 5.13 with it turned on;
/// `unsupported` tells where it is missing, and then nothing is restricted. To be called before there are other
/// threads: they would not be restricted (`internal`, and nothing is). Paths that do not exist are named by an error.
core::Result<void> restrict_files(const FileAccess& access);

}  // namespace pelton::sandbox
