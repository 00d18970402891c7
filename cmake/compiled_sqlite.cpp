// cmake/compiled_sqlite.cpp - what mcpawl::sqlite compiles once
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/sqlite_src.hpp>
