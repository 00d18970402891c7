// mcpawl/core/separate.hpp - whether the bodies of large functions are compiled with every file or only once
// SPDX-License-Identifier: BSL-1.0
#pragma once

/** @def MCPAWL_SEPARATE_COMPILATION

    Without it mcpawl is headers only, and every translation unit that serves compiles the whole HTTP server.
    With it those headers declare only, and exactly one translation unit of the program includes
    `<mcpawl/src.hpp>`, which defines. All translation units of a program must agree.

    The build system defines it, not the user's code: the CMake target `mcpawl::mcpawl` and the Meson dependency `mcpawl` do
    both, in the user's build; `pkg-config --cflags mcpawl` defines it, and `pkg-config --variable=source mcpawl` names the
    one file to compile. `mcpawl::header_only` (Meson and pkg-config: `mcpawl_header_only`) leaves it undefined.
*/

/** @def MCPAWL_DECL
    Stands before functions whose bodies are in a `.ipp` file. */
#ifdef MCPAWL_SEPARATE_COMPILATION
#define MCPAWL_DECL
#else
#define MCPAWL_DECL inline
#endif
