// tests/unit/store/channels.cpp - what carries messages between servers that share a store without a network
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/observed_store.hpp>

#include "../../support/becomes_true.hpp"
#include "../../support/on_threads.hpp"
#include "await.hpp"
#include "channel_listener.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(store_channels)

using namespace mcpawl;

namespace {

struct memory_channels {
  static constexpr bool closes_with_store = false;
  std::shared_ptr<kv_store> only = std::make_shared<memory_store>();
  std::shared_ptr<kv_store> open() const { return only; }
};

using every_channel = std::tuple<memory_channels>;

}  // namespace

#include "channel_cases.hpp"

BOOST_AUTO_TEST_CASE(stores_in_memory_do_not_hear_each_other) {
  channels::listener one(std::make_shared<memory_store>(), 1), other(std::make_shared<memory_store>(), 1);
  BOOST_TEST(one.publish(0, "for all").has_value());
  BOOST_TEST(one.publish(1, "for 1").has_value());
  BOOST_TEST(one.heard.count() == 2u);
  BOOST_TEST(other.heard.count() == 0u);
}

BOOST_AUTO_TEST_CASE(an_observed_store_has_the_channel_of_the_other) {
  auto const memory = std::make_shared<memory_store>();
  channels::listener one(std::make_shared<observed_store>(memory, std::vector<observer*>{}), 1);
  BOOST_TEST(await(memory->make_channel()->publish(0, "m")).has_value());
  BOOST_TEST(one.heard.count() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
