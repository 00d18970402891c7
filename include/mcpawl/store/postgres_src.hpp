// mcpawl/store/postgres_src.hpp - the body of postgres_store that MCPAWL_SEPARATE_COMPILATION leaves out, for one translation unit
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#ifndef MCPAWL_SEPARATE_COMPILATION
#error \
    "mcpawl: <mcpawl/store/postgres_src.hpp> is for programs that define MCPAWL_SEPARATE_COMPILATION everywhere"
#endif

// for the same reason as in mcpawl/src.hpp
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

#include <mcpawl/core/async_event.ipp>
#include <mcpawl/core/library_src.hpp>
#include <mcpawl/store/postgres_store.ipp>
