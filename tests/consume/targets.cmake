# tests/consume/targets.cmake - what a consumer builds with mcpawl, however it came
# SPDX-License-Identifier: BSL-1.0
#
# Its warnings are errors, and the headers of mcpawl are no system headers, so that they could warn. With CONSUME_LITTLE it
# builds what shows that headers and libraries are found, and no more.

# headers alone
add_executable(linked ../linked.cpp)
target_link_libraries(linked PRIVATE mcpawl::header_only)
if(CONSUME_LITTLE)
  return()
endif()

# the server of the README, with the library that is built here
add_executable(twelve_lines ../twelve_lines.cpp)
target_link_libraries(twelve_lines PRIVATE mcpawl::mcpawl)

# the store in a SQLite file, beside either
add_executable(stored ../stored.cpp)
target_link_libraries(stored PRIVATE mcpawl::${CONSUME_SQLITE_WITH} mcpawl::sqlite)

# the store in a Redis server, where hiredis is found
if(TARGET mcpawl::redis)
  add_executable(stored_redis ../stored_redis.cpp)
  target_link_libraries(stored_redis PRIVATE mcpawl::${CONSUME_SQLITE_WITH} mcpawl::redis)
endif()

# the same server as headers alone, looked through in the standard that the library above is not compiled in
add_library(header_only OBJECT ../twelve_lines.cpp)
target_link_libraries(header_only PRIVATE mcpawl::header_only)
target_compile_options(header_only PRIVATE -fsyntax-only)
set_target_properties(header_only PROPERTIES CXX_STANDARD ${CONSUME_OTHER_STANDARD})

# The target alone decides, never the user's code.
foreach(target IN ITEMS mcpawl::mcpawl mcpawl::compiled)
  get_target_property(definitions ${target} INTERFACE_COMPILE_DEFINITIONS)
  if(NOT definitions STREQUAL "MCPAWL_SEPARATE_COMPILATION")
    message(FATAL_ERROR "${target} defines ${definitions}")
  endif()
endforeach()
get_target_property(definitions mcpawl::header_only INTERFACE_COMPILE_DEFINITIONS)
if(definitions)
  message(FATAL_ERROR "mcpawl::header_only defines ${definitions}")
endif()
