#include <cstdio>
#include <exception>

#include "app/command_line.hpp"

int main(int argc, char** argv) {
  try {
    return pelton::app::run_command_line(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "pelton: %s\n", failure.what());
    return pelton::app::kFailed;
  }
}
