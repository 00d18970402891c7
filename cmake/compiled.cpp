// cmake/compiled.cpp - the one translation unit that mcpawl::mcpawl compiles
#include <mcpawl/src.hpp>
