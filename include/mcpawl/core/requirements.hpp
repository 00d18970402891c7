// mcpawl/core/requirements.hpp - says in one sentence what is missing where mcpawl cannot be compiled, before anything else does
// SPDX-License-Identifier: BSL-1.0
#pragma once

// A compiler goes on after #error, for thousands of lines. It stops at an include that it cannot find.
#if !defined(__cplusplus) || __cplusplus < 202002L
#error \
    "mcpawl needs C++20: compile with -std=c++20 (CMake does so by itself; Meson: default_options: ['cpp_std=c++20'])"
#include <stopped_by_the_error_above>
#endif

#ifndef __cpp_exceptions
#error "mcpawl needs exceptions: compile without -fno-exceptions"
#include <stopped_by_the_error_above>
#endif

#ifndef __cpp_impl_coroutine
#error \
    "mcpawl needs coroutines, which this compiler does not have or has switched off: GCC 12, Clang 16 or newer"
#include <stopped_by_the_error_above>
#endif

#if !__has_include(<boost/version.hpp>)
#error "mcpawl needs Boost 1.81 or newer, and there is none: <boost/version.hpp> is not found"
#include <stopped_by_the_error_above>
#endif
#include <boost/version.hpp>
#if BOOST_VERSION < 108100
#error "mcpawl needs Boost 1.81 or newer: <boost/version.hpp> is of an older one"
#include <stopped_by_the_error_above>
#endif
