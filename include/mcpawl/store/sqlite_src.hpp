// mcpawl/store/sqlite_src.hpp - the body of sqlite_store that MCPAWL_SEPARATE_COMPILATION leaves out, for one translation unit
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#ifndef MCPAWL_SEPARATE_COMPILATION
#error \
    "mcpawl: <mcpawl/store/sqlite_src.hpp> is for programs that define MCPAWL_SEPARATE_COMPILATION everywhere"
#endif

// for the same reason as in mcpawl/src.hpp
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

#include <mcpawl/core/separate.hpp>
#include <mcpawl/store/sqlite_store.ipp>

#ifdef __ELF__
namespace mcpawl::detail {

// what files that use it refer to, see mcpawl/core/separate.hpp; weak, since mcpawl::mcpawl and mcpawl::sqlite have it both
extern "C" {
[[gnu::used, gnu::weak]] char MCPAWL_COMPILED_LIBRARY = 0;
}

}  // namespace mcpawl::detail
#endif
