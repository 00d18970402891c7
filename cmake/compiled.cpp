// cmake/compiled.cpp - the one translation unit that mcpawl::mcpawl compiles
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/src.hpp>
