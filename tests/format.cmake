# Whether every source is as clang-format writes it; skipped where clang-format is not the version we use.
# cmake -DROOT=... -P format.cmake
cmake_minimum_required(VERSION 3.25)
find_program(CLANG_FORMAT clang-format)
if(NOT CLANG_FORMAT)
  message("SKIP: clang-format is not installed")
  return()
endif()
execute_process(COMMAND ${CLANG_FORMAT} --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "version 14\\.")
  message("SKIP: clang-format is not version 14")
  return()
endif()
file(GLOB_RECURSE files ${ROOT}/src/*.cpp ${ROOT}/src/*.hpp ${ROOT}/include/*.hpp ${ROOT}/tests/*.cpp ${ROOT}/tests/*.hpp
     ${ROOT}/bench/*.cpp ${ROOT}/bench/*.c)
execute_process(COMMAND ${CLANG_FORMAT} --dry-run --Werror ${files} RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "not as clang-format writes it: ./dev format")
endif()
