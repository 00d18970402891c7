# cmake/mcpawl_sqlite.cmake - mcpawl::sqlite: SQLite, and the body of mcpawl/store/sqlite_store.hpp in a static library
# SPDX-License-Identifier: BSL-1.0
#
# Beside mcpawl::mcpawl or mcpawl::header_only; built like the former, in the project that uses it. With headers alone the program
# has the body itself and takes nothing of the library.

if(NOT TARGET mcpawl_sqlite)
  add_library(mcpawl_sqlite STATIC EXCLUDE_FROM_ALL "${MCPAWL_SQLITE_SOURCE}")
  add_library(mcpawl::sqlite ALIAS mcpawl_sqlite)
  # newer versions of CMake call it SQLite3::SQLite3 and warn of the old name
  target_link_libraries(mcpawl_sqlite PUBLIC mcpawl::header_only
    $<IF:$<TARGET_EXISTS:SQLite3::SQLite3>,SQLite3::SQLite3,SQLite::SQLite3>)
  target_compile_definitions(mcpawl_sqlite PRIVATE MCPAWL_SEPARATE_COMPILATION)
  set_target_properties(mcpawl_sqlite PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_SCAN_FOR_MODULES OFF)
endif()
