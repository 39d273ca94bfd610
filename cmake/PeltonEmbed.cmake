# pelton_embed(TARGET FILE HEADER SYMBOL): builds FILE's bytes into TARGET as the function
# `std::string_view SYMBOL() noexcept` of namespace pelton::api, declared in HEADER.
function(pelton_embed target file header symbol)
  set(source ${PROJECT_BINARY_DIR}/embedded/${symbol}.cpp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
  file(READ ${PROJECT_SOURCE_DIR}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"#include \"@header@\"
namespace pelton::api {
std::string_view @symbol@() noexcept {
  static constexpr char bytes[] = {@bytes@};
  return {bytes, sizeof bytes};
}
}
")
  target_sources(${target} PRIVATE ${source})
endfunction()
