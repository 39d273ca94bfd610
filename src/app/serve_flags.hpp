#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "app/settings_table.hpp"

namespace CLI {
class App;
}

namespace pelton::app {

/// What `pelton serve` is told on its command line, before it is settings.
struct ServeFlags {
  std::vector<std::string> models;  ///< [NAME=]PATH
  std::string config;
  struct Given {
    std::string flag;
    const Setting* setting;
    std::string text;
  };
  std::vector<Given> given;  ///< in the order of the flags
};

/// Adds the flags and the models to a verb; they are filled in when the command line is read.
std::shared_ptr<ServeFlags> add_serve_flags(CLI::App& verb);

/// Defaults, then the file, the environment, the flags, and what a platform says. A message where something is wrong,
/// of which nothing may be used then; empty otherwise.
std::string gather_settings(const ServeFlags& flags, Settings& settings);

}  // namespace pelton::app
