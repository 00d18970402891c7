// tests/unit/pch_all.hpp - what most tests of the upper layers include, of others and of mcpawl; for builds from clean
//
// An edit of any of these compiles every test anew, so the preset for daily work does without.
#pragma once

#include "pch.hpp"

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/fake_access_server.hpp>
#include <mcpawl/test/manual_clock.hpp>
