# cmake/mcpawl_compiled.cmake - mcpawl::mcpawl: the headers, and their large functions in a static library
# SPDX-License-Identifier: BSL-1.0
#
# The library is built in the project that uses it, with that project's flags, and only if something links it. The target
# has a name of its own, since a project may well have one that is called mcpawl.

if(NOT TARGET mcpawl_compiled)
  add_library(mcpawl_compiled STATIC EXCLUDE_FROM_ALL "${MCPAWL_COMPILED_SOURCE}")
  add_library(mcpawl::mcpawl ALIAS mcpawl_compiled)
  add_library(mcpawl::compiled ALIAS mcpawl_compiled)  # what it was called before
  target_link_libraries(mcpawl_compiled PUBLIC mcpawl::header_only)
  target_compile_definitions(mcpawl_compiled PUBLIC MCPAWL_SEPARATE_COMPILATION)
  set_target_properties(mcpawl_compiled PROPERTIES
    OUTPUT_NAME mcpawl POSITION_INDEPENDENT_CODE ON CXX_SCAN_FOR_MODULES OFF)
endif()
