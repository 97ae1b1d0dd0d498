# tcpcraft_add_scenarios(DIR...
#   [PREFIX text]          in front of the names of tests; default: "tcpcraft."
#   [LABELS label...]      in addition to the tags of each scenario
#   [OPTIONS option...]    for `tcpcraft run`: --slow, --tag, --filter, --retry, ...
#   [PROPERTIES name value...])
#
# Registers every scenario below each DIR with CTest, each variant as a test of its own, whose labels are its tags.
# A scenario that cannot run here counts as skipped. Which scenarios there are is looked up whenever ctest runs: a
# new file needs no build. Tests keep out of each other's way: run them with `ctest -j`.
#
# The program is the target tcpcraft::tcpcraft where there is one, or TCPCRAFT_EXECUTABLE, or found in the PATH.

set(_tcpcraft_add_scenarios_script ${CMAKE_CURRENT_LIST_DIR}/TcpcraftAddScenariosTests.cmake)

function(tcpcraft_add_scenarios)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "PREFIX" "LABELS;OPTIONS;PROPERTIES")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tcpcraft_add_scenarios: which folder?")
  endif()
  if(NOT DEFINED arg_PREFIX)
    set(arg_PREFIX "tcpcraft.")
  endif()
  if(TARGET tcpcraft::tcpcraft)
    set(program "$<TARGET_FILE:tcpcraft::tcpcraft>")
  else()
    find_program(TCPCRAFT_EXECUTABLE tcpcraft REQUIRED)
    set(program "${TCPCRAFT_EXECUTABLE}")
  endif()
  foreach(folder IN LISTS arg_UNPARSED_ARGUMENTS)
    get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    if(NOT EXISTS "${folder}")
      message(FATAL_ERROR "tcpcraft_add_scenarios: ${folder}: no such folder")
    endif()
    string(MD5 key "${folder};${arg_PREFIX};${arg_OPTIONS}")
    set(script "${CMAKE_CURRENT_BINARY_DIR}/tcpcraft-scenarios-${key}.cmake")
    file(GENERATE OUTPUT "${script}" CONTENT "set(program [==[${program}]==])
set(folder [==[${folder}]==])
set(prefix [==[${arg_PREFIX}]==])
set(labels [==[${arg_LABELS}]==])
set(options [==[${arg_OPTIONS}]==])
set(properties [==[${arg_PROPERTIES}]==])
set(captures [==[${CMAKE_CURRENT_BINARY_DIR}/captures]==])
include([==[${_tcpcraft_add_scenarios_script}]==])
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
  endforeach()
endfunction()
