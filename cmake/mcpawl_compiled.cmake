# cmake/mcpawl_compiled.cmake - mcpawl::compiled: mcpawl::mcpawl with its large functions in a static library
#
# The library is built in the project that uses it, with that project's flags, and only if something links it.

if(NOT TARGET mcpawl_compiled)
  add_library(mcpawl_compiled STATIC EXCLUDE_FROM_ALL "${MCPAWL_COMPILED_SOURCE}")
  add_library(mcpawl::compiled ALIAS mcpawl_compiled)
  target_link_libraries(mcpawl_compiled PUBLIC mcpawl::mcpawl)
  target_compile_definitions(mcpawl_compiled PUBLIC MCPAWL_SEPARATE_COMPILATION)
  set_target_properties(mcpawl_compiled PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_SCAN_FOR_MODULES OFF)
endif()
