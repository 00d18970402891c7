// mcpawl/core/library_src.hpp - the symbol by which a linker knows the compiled library and its version
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>

#ifdef __ELF__
namespace mcpawl::detail {

// what files that use it refer to, see mcpawl/core/separate.hpp; weak, since mcpawl::mcpawl and mcpawl::sqlite have it both
extern "C" {
[[gnu::used, gnu::weak]] char MCPAWL_COMPILED_LIBRARY = 0;
}

}  // namespace mcpawl::detail
#endif
