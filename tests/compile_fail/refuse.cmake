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
# `// lines: 13` bounds what g++ prints, but for the way to the header, which begins with the precompiled one.
file(STRINGS "${SOURCE}" bound REGEX "^// lines: ")
if(bound AND COMPILER MATCHES "g\\+\\+" AND NOT COMPILER MATCHES "clang")
  string(REGEX REPLACE "^// lines: *" "" bound "${bound}")
  string(REGEX REPLACE "(In file included| +)from [^\n]*\n" "" counted "${output}")
  string(REGEX MATCHALL "\n" lines "${counted}")
  list(LENGTH lines count)
  if(count GREATER bound)
    message("${output}")
    message(FATAL_ERROR "compile_fail: refused in ${count} lines, more than ${bound}")
  endif()
endif()
message("refused as expected")
