# pelton_embed(TARGET FILE HEADER SYMBOL [GZIP]): builds FILE's bytes, or their gzip form, into TARGET (pelton_ROOM)
# as the function `std::string_view SYMBOL() noexcept` of namespace pelton::ROOM, declared in HEADER.
function(pelton_embed target file header symbol)
  set(source ${PROJECT_BINARY_DIR}/embedded/${symbol}.cpp)
  string(REGEX REPLACE "^pelton_" "" room ${target})
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  if("GZIP" IN_LIST ARGN)
    find_program(PELTON_GZIP gzip REQUIRED)
    execute_process(COMMAND ${PELTON_GZIP} -9nc ${file} OUTPUT_FILE ${PROJECT_BINARY_DIR}/embedded/${symbol}.gz
      COMMAND_ERROR_IS_FATAL ANY)
    set(file ${PROJECT_BINARY_DIR}/embedded/${symbol}.gz)
  endif()
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"#include \"@header@\"
namespace pelton::@room@ {
std::string_view @symbol@() noexcept {
  static constexpr char bytes[] = {@bytes@};
  return {bytes, sizeof bytes};
}
}
")
  target_sources(${target} PRIVATE ${source})
endfunction()

# Puts lines `import M` and `from M import a, b` together, one line a module; those from `package` and
# `__future__` fall away.
function(pelton_merge_imports result package)
  set(lines "")
  set(sources "")
  foreach(line IN LISTS ARGN)
    if(line MATCHES "from ([^ ]+) import (.+)")
      set(source ${CMAKE_MATCH_1})
      string(REPLACE ", " ";" names "${CMAKE_MATCH_2}")
      list(APPEND sources ${source})
      list(APPEND names_from_${source} ${names})
    else()
      list(APPEND lines "${line}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES sources)
  list(FILTER sources EXCLUDE REGEX "^(${package}\\.|__future__)")
  foreach(source IN LISTS sources)
    list(REMOVE_DUPLICATES names_from_${source})
    list(SORT names_from_${source} CASE INSENSITIVE)
    list(JOIN names_from_${source} ", " names)
    list(APPEND lines "\nfrom ${source} import ${names}")
  endforeach()
  list(REMOVE_DUPLICATES lines)
  list(SORT lines)
  list(JOIN lines "" lines)
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

# pelton_join_python(OUTPUT PACKAGE MODULE...): writes the modules of a Python package as one script, in
# the order given: the imports of all (one line each) after the first module's docstring, imports of
# PACKAGE itself left out, the other modules' docstrings (of one line) as comments.
function(pelton_join_python output package)
  set(imports "")
  set(body "")
  foreach(module IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${module})
    file(READ ${PROJECT_SOURCE_DIR}/${module} text)
    string(REGEX MATCHALL "\n(import|from) [^\n]*" lines "${text}")
    list(APPEND imports ${lines})
    string(REGEX REPLACE "\n(import|from) [^\n]*" "" text "${text}")
    string(REGEX REPLACE "\n\n\n\n+" "\n\n\n" text "${text}")
    if(body STREQUAL "")
      string(FIND "${text}" "\n\n\n" end_of_doc)
      string(SUBSTRING "${text}" 0 ${end_of_doc} head)
      string(SUBSTRING "${text}" ${end_of_doc} -1 text)
    endif()
    string(REGEX REPLACE "^\"\"\"([^\n]*)\"\"\"" "\n# \\1" text "${text}")
    string(APPEND body "${text}\n\n")
  endforeach()
  pelton_merge_imports(imports ${package} ${imports})
  string(STRIP "${body}" body)
  set(script "${head}\n\nfrom __future__ import annotations\n${imports}\n\n\n${body}\n")
  file(CONFIGURE OUTPUT ${output} CONTENT "@script@" @ONLY)
endfunction()
