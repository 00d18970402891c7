# tests/compile_fail/refuse.cmake - compile SOURCE and be content only when it is refused with the words it expects
# SPDX-License-Identifier: BSL-1.0

file(STRINGS "${SOURCE}" expectations REGEX "^// expect: ")
if(NOT expectations)
  message(FATAL_ERROR "compile_fail: no line `// expect: words` in ${SOURCE}")
endif()

set(command "${COMPILER}" ${OPTIONS} -fsyntax-only -include "${PRECOMPILED}")
# Plain quotes and English, whatever the locale is.
set(ENV{LC_ALL} C)
execute_process(COMMAND ${command} "${SOURCE}" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(status EQUAL 0)
  message(FATAL_ERROR "compile_fail: the compiler accepted ${SOURCE}")
endif()
foreach(line IN LISTS expectations)
  string(REGEX REPLACE "^// expect: *" "" words "${line}")
  string(STRIP "${words}" words)
  string(FIND "${output}" "${words}" position)
  if(words STREQUAL "" OR position EQUAL -1)
    message("${output}")
    message(FATAL_ERROR "compile_fail: refused, but without the words\n  ${words}")
  endif()
endforeach()
message("refused as expected")
