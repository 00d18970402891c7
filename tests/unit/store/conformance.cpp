// tests/unit/store/conformance.cpp - what every store promises, tried on those that need no server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/kv_store.hpp>

#include "../../support/on_threads.hpp"
#include "await.hpp"
#include "backends.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(store_conformance)

using namespace mcpawl;
using namespace std::chrono_literals;

static_assert(store_kind<memory_store>);
static_assert(store_kind<sqlite_store>);

#include "conformance_cases.hpp"

BOOST_AUTO_TEST_SUITE_END()
