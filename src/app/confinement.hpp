#pragma once

#include "app/settings.hpp"
#include "core/result.hpp"
#include "sandbox/file_access.hpp"

namespace pelton::app {

/// The files that serving by these settings takes: of every file that they name the folder, and that of the file which
/// it is a link to, so that it may be replaced; the folders that they name; and the folders of unix sockets.
/// invalid_argument where a socket lies in the root folder, for which too much would have to be allowed.
core::Result<sandbox::FileAccess> files_for(const Settings& settings);

/// Where the sandbox is on: from here on only those files are reached, and only the system calls made that a server
/// needs. The names in `settings` of addresses to listen on become numbers, for names could not be looked up any more.
/// To be called before anything that strangers made is read, and before there are other threads. Errors say what the
/// sandbox lacks: there is no serving without it once it was asked for.
core::Result<void> confine_from_start(Settings& settings);

/// Where the sandbox is on: from here on no further sockets are listened on, and nobody is connected to. All threads.
core::Result<void> confine_while_serving(const Settings& settings);

}  // namespace pelton::app
