// tests/unit/main.cpp - the entry point of the programs unit, flow and wire
#define BOOST_TEST_MODULE mcpawl
#include <boost/test/unit_test.hpp>
