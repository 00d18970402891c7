// cmake/compiled_sqlite.cpp - what mcpawl::sqlite compiles once
#include <mcpawl/store/sqlite_src.hpp>
