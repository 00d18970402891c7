// cmake/compiled.cpp - the one translation unit of mcpawl::compiled
#include <mcpawl/src.hpp>
