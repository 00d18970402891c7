// mcpawl/version.hpp - the version of mcpawl, for the preprocessor and for messages
// SPDX-License-Identifier: BSL-1.0
#pragma once

/** @def MCPAWL_VERSION_MAJOR
    Counts the releases that break users' code; while it is 0, MCPAWL_VERSION_MINOR does. */
#define MCPAWL_VERSION_MAJOR 0

/** @def MCPAWL_VERSION_MINOR
    Counts the releases that add something. */
#define MCPAWL_VERSION_MINOR 1

/** @def MCPAWL_VERSION_PATCH
    Counts the releases that only mend something. */
#define MCPAWL_VERSION_PATCH 0

/** @def MCPAWL_VERSION
    Combines the three parts into one number that grows with each release.

    @par Example
    @code
    #if MCPAWL_VERSION >= 200   // 0.2.0; 1.2.3 is 10203
    @endcode
*/
#define MCPAWL_VERSION (MCPAWL_VERSION_MAJOR * 10000 + MCPAWL_VERSION_MINOR * 100 + MCPAWL_VERSION_PATCH)

/** @def MCPAWL_VERSION_STRING
    Spells the three parts with dots. */
#define MCPAWL_VERSION_STRING "0.1.0"
