// tests/unit/main.cpp - the entry point of the programs unit, flow, wire and abuse
// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE mcpawl
#include <boost/test/unit_test.hpp>

#include <mcpawl/core/library_src.hpp>  // for programs that need nothing else of the compiled library
