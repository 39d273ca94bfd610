# Compiler settings shared by every target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(PELTON_CCACHE ccache)
if(PELTON_CCACHE)
  # The sloppiness is what ccache's manual asks for where precompiled headers are in use.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros ${PELTON_CCACHE})
endif()

add_library(pelton_options INTERFACE)
target_compile_options(pelton_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor
  # Sums must be the same on every instruction set: a*b+c is fused only where the source says fma.
  -ffp-contract=off)
# The server parallelises over requests and row blocks itself; Eigen must not start threads of its own.
target_compile_definitions(pelton_options INTERFACE EIGEN_DONT_PARALLELIZE BOOST_ASIO_NO_DEPRECATED)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(pelton_options INTERFACE -fpch-preprocess)
endif()

option(PELTON_WERROR "Treat warnings as errors" OFF)
if(PELTON_WERROR)
  target_compile_options(pelton_options INTERFACE -Werror)
endif()

set(PELTON_SANITIZE "" CACHE STRING "Comma-separated sanitizers: address,undefined or thread")
if(PELTON_SANITIZE)
  add_compile_options(-fsanitize=${PELTON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PELTON_SANITIZE})
endif()

find_program(PELTON_MOLD mold)
if(PELTON_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()
