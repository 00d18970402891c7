// tests/unit/main.cpp - the entry point of the programs unit, flow, wire and abuse
#define BOOST_TEST_MODULE mcpawl
#include <boost/test/unit_test.hpp>
