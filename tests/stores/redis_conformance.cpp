// tests/stores/redis_conformance.cpp - what every store promises, tried on a real Redis server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_store.hpp>

#include "../support/on_threads.hpp"
#include "../unit/store/await.hpp"
#include "redis_backend.hpp"
#include "redis_server.hpp"

#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(redis_conformance)

using namespace mcpawl;
using namespace std::chrono_literals;

static_assert(store_kind<redis_store>);

namespace {

struct one_server {
  static redis_test::server& shared() {
    static redis_test::server only(redis_test::durable());
    return only;
  }
  static std::string url() { return shared().url(); }
  static void empty() { shared().connect().ask({"FLUSHALL"}); }
};

using redis_backend = redis_test::backend<one_server>;
using every_store = std::tuple<redis_backend>;
using backends = every_store;

}  // namespace

#include "../unit/store/conformance_cases.hpp"

BOOST_AUTO_TEST_SUITE_END()
