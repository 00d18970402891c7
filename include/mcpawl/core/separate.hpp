// mcpawl/core/separate.hpp - whether the bodies of large functions are compiled with every file or only once
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/version.hpp>

/** @def MCPAWL_SEPARATE_COMPILATION

    Without it mcpawl is headers only, and every translation unit that serves compiles the whole HTTP server.
    With it those headers declare only, and exactly one translation unit of the program includes
    `<mcpawl/src.hpp>`, which defines. All translation units of a program must agree: ELF linkers but lld refuse objects that do
    not, see `mcpawl_compiled_and_header_only_objects_do_not_mix`.

    The build system defines it, not the user's code: the CMake target `mcpawl::mcpawl` and the Meson dependency `mcpawl` do
    both, in the user's build; `pkg-config --cflags mcpawl` defines it, and `pkg-config --variable=source mcpawl` names the
    one file to compile. `mcpawl::header_only` (Meson and pkg-config: `mcpawl_header_only`) leaves it undefined.
*/

/** @def MCPAWL_DECL
    Stands before functions whose bodies are in a `.ipp` file. */
/** @def MCPAWL_SHARED_DECL
    The same, before bodies that several compiled libraries have: `mcpawl::mcpawl`, and those of stores, which need not be linked
    with it. The linker takes one of them. */
#ifdef MCPAWL_SEPARATE_COMPILATION
#define MCPAWL_DECL
#define MCPAWL_SHARED_DECL [[gnu::weak]]
#else
#define MCPAWL_DECL inline
#define MCPAWL_SHARED_DECL inline
#endif

#define MCPAWL_JOINED_VERSION(major, minor, patch) \
  mcpawl_compiled_library_of_version_##major##_##minor##_##patch
#define MCPAWL_LIBRARY_OF_VERSION(major, minor, patch) MCPAWL_JOINED_VERSION(major, minor, patch)
/** @def MCPAWL_COMPILED_LIBRARY
    The symbol that the compiled library has and files that use it refer to, such as `mcpawl_compiled_library_of_version_0_1_0`. */
#define MCPAWL_COMPILED_LIBRARY \
  MCPAWL_LIBRARY_OF_VERSION(MCPAWL_VERSION_MAJOR, MCPAWL_VERSION_MINOR, MCPAWL_VERSION_PATCH)

#ifdef __ELF__
namespace mcpawl::detail {

// A linker does not say a word of functions that are inline in one object and not in another. It does refuse one name for a
// variable of each thread and one of all, in whatever order it sees them, so this byte is the one or the other.
extern "C" {
#ifdef MCPAWL_SEPARATE_COMPILATION
[[gnu::used]] inline char mcpawl_compiled_and_header_only_objects_do_not_mix = 0;
#else
[[gnu::used]] inline thread_local char mcpawl_compiled_and_header_only_objects_do_not_mix = 0;
#endif
}

#ifdef MCPAWL_SEPARATE_COMPILATION
// Nor does it compare versions: a library compiled from other headers lacks what these refer to.
extern "C" char MCPAWL_COMPILED_LIBRARY;
[[gnu::used]] inline char const* const compiled_library = &MCPAWL_COMPILED_LIBRARY;
#endif

}  // namespace mcpawl::detail
#endif
