#include <dlfcn.h>

#include <stdexcept>

#include "engine.hpp"

namespace engines {

Library::Library(const std::string& file) : handle_(::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) throw std::runtime_error(::dlerror());
}

void* Library::find(const char* name) const {
  void* const address = ::dlsym(handle_, name);
  if (address == nullptr) throw std::runtime_error(::dlerror());
  return address;
}

}  // namespace engines
