# pelton_room(NAME [USES room...] [LIBS target...])
#
# A room is a folder of src/ with one job: every .cpp below src/NAME becomes the static library
# pelton_NAME. USES are the rooms below it whose headers it may include; LIBS the third-party
# libraries kept inside it. Files called *_avx2.cpp, *_avx512.cpp and *_avx512vbmi.cpp are compiled for those
# instruction sets and are only called after a CPUID check.
function(pelton_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/src/app/main\\.cpp$")
  list(TRANSFORM ROOM_USES PREPEND pelton_)
  if(NOT sources)  # a room that is still headers only
    add_library(pelton_${name} INTERFACE)
    target_include_directories(pelton_${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(pelton_${name} INTERFACE ${ROOM_USES} ${ROOM_LIBS})
    return()
  endif()
  add_library(pelton_${name} STATIC ${sources})
  target_include_directories(pelton_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(pelton_${name} PUBLIC ${ROOM_USES} PRIVATE pelton_options ${ROOM_LIBS})
  foreach(source IN LISTS sources)
    if(source MATCHES "_avx2\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma")
    elseif(source MATCHES "_avx512\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
        "-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mavx2;-mfma;-mprefer-vector-width=512")
    elseif(source MATCHES "_avx512vbmi\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
        "-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mavx512vbmi;-mavx2;-mfma;-mpopcnt;-mprefer-vector-width=512")
    endif()
    # Kernels look at ranks, which a fuzzer's bytes do not reach past the readers; following every branch of
    # them costs minutes a file to compile. Their memory accesses are still watched.
    if(PELTON_BUILD_FUZZ AND source MATCHES "/trees/kernels_")
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS "-O1;-fno-sanitize=fuzzer-no-link,undefined")
    endif()
  endforeach()
endfunction()
