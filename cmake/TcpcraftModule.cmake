# The warnings and sanitizers that all of our own code is built with.
function(tcpcraft_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                           -Wnon-virtual-dtor -Woverloaded-virtual -Werror
                                           # g++ 12 sees overlaps and overruns in std::string, and uninitialized
                                           # members in std::variant, where there are none (PR 105651, PR 105562).
                                           $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                           $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>
                                           $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
                                           $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>
                                           $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if(TCPCRAFT_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=address,undefined -fno-sanitize-recover=all
                                            -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
  if(TCPCRAFT_FUZZ) # so that a fuzzer sees which of their branches it has reached
    target_compile_options(${target} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# The standard library is parsed once, not once for every source: half of what a source costs. No source counts
# on it, each includes what it uses, and a build by ccache, which goes without, shows what is missing.
set(TCPCRAFT_PRECOMPILED <algorithm> <array> <charconv> <chrono> <cstdint> <cstring> <fstream> <functional>
                         <map> <memory> <optional> <set> <span> <sstream> <string> <string_view> <utility> <variant>
                         <vector>)
#
# Likewise eight sources are compiled as one, where they have no names in common (tcpcraft_unite).
set(TCPCRAFT_UNITY ON)
if("${CMAKE_CXX_COMPILER_LAUNCHER} ${CMAKE_CXX_COMPILER}" MATCHES "ccache")
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
  set(TCPCRAFT_UNITY OFF)
endif()

# tcpcraft_unite(TARGET [APART sources...]): compiles TARGET's sources together, but for these.
function(tcpcraft_unite target)
  cmake_parse_arguments(arg "" "" "APART" ${ARGN})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${TCPCRAFT_UNITY})
  set_source_files_properties(${arg_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# tcpcraft_precompile(TARGET OWNER headers...): TARGET includes OWNER's precompiled headers; the OWNER itself makes
# them. Both are compiled with the same options.
function(tcpcraft_precompile target owner)
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# tcpcraft_module(NAME [PUBLIC libs...] [PRIVATE libs...]): the library of src/NAME, with the public headers of
# include/tcpcraft/NAME.
function(tcpcraft_module name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(tcpcraft_${name} STATIC ${sources})
  add_library(tcpcraft::${name} ALIAS tcpcraft_${name})
  set_target_properties(tcpcraft_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY TCPCRAFT_MODULES tcpcraft_${name})
  target_compile_features(tcpcraft_${name} PUBLIC cxx_std_20)
  target_include_directories(tcpcraft_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                     $<INSTALL_INTERFACE:include>)
  target_link_libraries(tcpcraft_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  tcpcraft_compile_options(tcpcraft_${name})
  tcpcraft_precompile(tcpcraft_${name} tcpcraft_standard ${TCPCRAFT_PRECOMPILED})
endfunction()
