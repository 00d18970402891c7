# cmake/mcpawl_redis.cmake - mcpawl::redis: hiredis, and the body of mcpawl/store/redis/redis_store.hpp in a static library
# SPDX-License-Identifier: BSL-1.0
#
# Beside mcpawl::mcpawl or mcpawl::header_only; built like the former, in the project that uses it. With headers alone the program
# has the body itself and takes nothing of the library. Sets MCPAWL_REDIS_FOUND.

find_path(MCPAWL_HIREDIS_INCLUDE hiredis/read.h)
find_library(MCPAWL_HIREDIS_LIBRARY hiredis)
mark_as_advanced(MCPAWL_HIREDIS_INCLUDE MCPAWL_HIREDIS_LIBRARY)
set(MCPAWL_REDIS_FOUND FALSE)
if(MCPAWL_HIREDIS_INCLUDE AND MCPAWL_HIREDIS_LIBRARY)
  set(MCPAWL_REDIS_FOUND TRUE)
  if(NOT TARGET mcpawl_redis)
    add_library(mcpawl_redis STATIC EXCLUDE_FROM_ALL "${MCPAWL_REDIS_SOURCE}")
    add_library(mcpawl::redis ALIAS mcpawl_redis)
    target_include_directories(mcpawl_redis SYSTEM PUBLIC "${MCPAWL_HIREDIS_INCLUDE}")
    target_link_libraries(mcpawl_redis PUBLIC mcpawl::header_only "${MCPAWL_HIREDIS_LIBRARY}")
    # names are looked up and TLS is spoken by the compiled library, whose definitions are for who links that
    target_link_libraries(mcpawl_redis INTERFACE $<LINK_ONLY:mcpawl::mcpawl>)
    target_compile_definitions(mcpawl_redis PRIVATE MCPAWL_SEPARATE_COMPILATION)
    set_target_properties(mcpawl_redis PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_SCAN_FOR_MODULES OFF)
  endif()
endif()
