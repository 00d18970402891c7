// tests/stores/postgres_conformance.cpp - what every store promises, tried on PostgreSQL
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/postgres_store.hpp>

#include "../support/on_threads.hpp"
#include "../unit/store/await.hpp"
#include "postgres_backend.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(postgres_conformance)

using namespace mcpawl;
using namespace std::chrono_literals;

static_assert(store_kind<postgres_store>);

using backends = std::tuple<stores::postgres_backend>;
using every_store = backends;

#include "../unit/store/conformance_cases.hpp"

BOOST_AUTO_TEST_SUITE_END()
