// tests/stores/redis_conformance.cpp - what every store promises, tried on a real Redis server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_store.hpp>

#include "../support/on_threads.hpp"
#include "../unit/store/await.hpp"
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

/** One server for all cases, emptied for each. */
redis_test::server& shared_server() {
  static redis_test::server only(redis_test::durable());
  return only;
}

struct redis_backend {
  static constexpr bool persistent = true;
  static constexpr bool scans_anything = false, purges = false, sweeps = false;
  using store_type = kv_store;

  redis_backend() {
    shared_server().connect().ask({"FLUSHALL"});
    reopen();
  }
  std::shared_ptr<kv_store> open() {
    auto opened = open_store<redis_store>(shared_server().url(), clock);
    if (!opened) throw std::runtime_error(opened.error().message());
    return std::move(*opened);
  }
  kv_store& store() { return *owner; }
  kv_store& other() { return *second; }
  void reopen() {
    owner.reset();
    second.reset();
    owner = open();
    second = open();
  }

  test::manual_clock clock;
  std::shared_ptr<kv_store> owner, second;
};

using every_store = std::tuple<redis_backend>;
using backends = every_store;

}  // namespace

#include "../unit/store/conformance_cases.hpp"

BOOST_AUTO_TEST_SUITE_END()
