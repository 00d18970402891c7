// tests/consume/part.cpp - a file that asks which mcpawl it has, and how it is compiled
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/version.hpp>

#ifndef MCPAWL_SEPARATE_COMPILATION
#error "mcpawl::mcpawl must define MCPAWL_SEPARATE_COMPILATION"
#endif
#if MCPAWL_VERSION < 100
#error "mcpawl 0.1 was asked for"
#endif
