# cmake/mcpawl_own_targets.cmake - what our own tests, examples and benchmarks share: warnings, ccache
# SPDX-License-Identifier: BSL-1.0

# -std=c++20, not gnu++20
set(CMAKE_CXX_EXTENSIONS OFF)
# nothing of ours is a module; CMake 3.28 and later would read every file twice to find that out
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

add_library(mcpawl_own INTERFACE)
target_link_libraries(mcpawl_own INTERFACE mcpawl::header_only)
target_compile_definitions(mcpawl_own INTERFACE MCPAWL_COROUTINES_CHECKED)  # tests/hazards reads all of it
target_compile_options(mcpawl_own INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${MCPAWL_WERROR}>:-Werror>
  # GCC 12 warns of every atomic_thread_fence under -fsanitize=thread, also of those in system headers.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
  # GCC 16 with -O2 inlines how Asio gives a coroutine's memory back but not how it takes it, and sees a mismatch. The warning
  # is at the coroutine, so nothing in a header but the coroutine itself could silence it.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,15>>:-Wno-mismatched-new-delete>)

# The same on top of the library that is compiled once, for programs that serve.
add_library(mcpawl_own_compiled INTERFACE)
target_link_libraries(mcpawl_own_compiled INTERFACE mcpawl_own mcpawl::mcpawl)
set(_mcpawl_libraries mcpawl_compiled)
if(TARGET mcpawl_sqlite)
  list(APPEND _mcpawl_libraries mcpawl_sqlite)
endif()
if(TARGET mcpawl_postgres)
  list(APPEND _mcpawl_libraries mcpawl_postgres)
endif()
if(TARGET mcpawl_redis)
  list(APPEND _mcpawl_libraries mcpawl_redis)
endif()
foreach(_mcpawl_library IN LISTS _mcpawl_libraries)
  target_link_libraries(${_mcpawl_library} PRIVATE $<BUILD_INTERFACE:mcpawl_own>)
endforeach()
set_target_properties(${_mcpawl_libraries} PROPERTIES CXX_EXTENSIONS OFF)

# So that what one checkout has compiled is found by another in its own folder; the sloppiness is what ccache asks for to
# work with precompiled headers.
find_program(MCPAWL_CCACHE ccache)
mark_as_advanced(MCPAWL_CCACHE)
if(MCPAWL_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_ctime,include_file_mtime
    "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=true "${MCPAWL_CCACHE}")
  # they are older
  set_target_properties(${_mcpawl_libraries} PROPERTIES CXX_COMPILER_LAUNCHER "${CMAKE_CXX_COMPILER_LAUNCHER}")
endif()
