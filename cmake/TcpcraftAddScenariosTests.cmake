# Read by ctest, for one folder of tcpcraft_add_scenarios: adds a test for each line of `tcpcraft run --list`.
# --shard 1/1: that ctest itself runs as a part of something must not take scenarios away twice.

if(NOT EXISTS "${program}")
  add_test("${prefix}NOT_BUILT" "${program}") # fails, and says what is missing
  return()
endif()
execute_process(COMMAND "${program}" run --list --shard 1/1 ${options} "${folder}"
                OUTPUT_VARIABLE listed ERROR_VARIABLE complaints RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message("${complaints}")
  add_test("${prefix}LIST" "${program}" run --list --shard 1/1 ${options} "${folder}")
endif()

# Brackets and semicolons mean something in a list of CMake's: they are out of the way while it is one.
string(ASCII 1 open)
string(ASCII 2 close)
string(ASCII 3 semicolon)
string(REPLACE "[" "${open}" listed "${listed}")
string(REPLACE "]" "${close}" listed "${listed}")
string(REPLACE ";" "${semicolon}" listed "${listed}")
string(REPLACE "\n" ";" lines "${listed}")
foreach(line IN LISTS lines)
  if(NOT line MATCHES "^([^\t]+)\t(.*)$")
    continue()
  endif()
  set(scenario "${CMAKE_MATCH_1}")
  string(REPLACE "," ";" tags "${CMAKE_MATCH_2}")
  string(LENGTH "${folder}/" skipped)
  string(SUBSTRING "${scenario}" ${skipped} -1 name)
  string(REGEX REPLACE "${open}.*" "" file "${name}")
  get_filename_component(below "${file}" DIRECTORY)
  foreach(text scenario name)
    string(REPLACE "${open}" "[" ${text} "${${text}}")
    string(REPLACE "${close}" "]" ${text} "${${text}}")
    string(REPLACE "${semicolon}" ";" ${text} "${${text}}")
  endforeach()
  add_test("${prefix}${name}" "${program}" run --shard 1/1 --captures "${captures}/${below}" ${options}
           "${scenario}")
  set_tests_properties("${prefix}${name}" PROPERTIES SKIP_REGULAR_EXPRESSION "\n    SKIP [[]" LABELS
                       "${tags};${labels}" ${properties})
endforeach()
