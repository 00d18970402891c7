# cmake/mcpawl_postgres.cmake - mcpawl::postgres: libpq, and the body of mcpawl/store/postgres_store.hpp in a static library
# SPDX-License-Identifier: BSL-1.0
#
# Beside mcpawl::mcpawl or mcpawl::header_only; built like the former, in the project that uses it. With headers alone the program
# has the body itself and takes nothing of the library.

if(NOT TARGET mcpawl_postgres)
  add_library(mcpawl_postgres STATIC EXCLUDE_FROM_ALL "${MCPAWL_POSTGRES_SOURCE}")
  add_library(mcpawl::postgres ALIAS mcpawl_postgres)
  target_link_libraries(mcpawl_postgres PUBLIC mcpawl::header_only PostgreSQL::PostgreSQL)
  target_compile_definitions(mcpawl_postgres PRIVATE MCPAWL_SEPARATE_COMPILATION)
  set_target_properties(mcpawl_postgres PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_SCAN_FOR_MODULES OFF)
endif()
