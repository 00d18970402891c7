// cmake/compiled_redis.cpp - what mcpawl::redis compiles once
// SPDX-License-Identifier: BSL-1.0
// a test of mcpawl has read what is compiled here
#ifndef MCPAWL_COROUTINES_CHECKED
#define MCPAWL_COROUTINES_CHECKED 1
#endif
#include <mcpawl/store/redis/redis_src.hpp>
