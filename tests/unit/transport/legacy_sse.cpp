// tests/unit/transport/legacy_sse.cpp - a client of 2024-11-05 that does not read
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/legacy_sse.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(transport_legacy_sse)

namespace {

/** Whether its stream goes on after so many messages of that size, none of which it has read. */
bool goes_on(std::size_t messages, std::size_t bytes, mcpawl::limits const& bounds = {}) {
  auto const client = std::make_shared<mcpawl::detail::legacy_sse::bounded_client>(bounds);
  client->out()->attach({});
  for (std::size_t i = 0; i != messages; ++i) {
    boost::asio::io_context context;
    boost::asio::co_spawn(context, client->take(std::string(bytes, 'x')), boost::asio::detached);
    context.run();
  }
  return client->out()->being_read();
}

}  // namespace

BOOST_AUTO_TEST_CASE(who_leaves_too_much_unread_is_given_up) {
  mcpawl::limits const bounds;
  BOOST_TEST(goes_on(bounds.max_sse_unread_messages, 1));
  BOOST_TEST(!goes_on(bounds.max_sse_unread_messages + 1, 1));
  // the last message does not count, or one that is longer than the bound could never be sent
  BOOST_TEST(goes_on(5, bounds.max_sse_unread_bytes / 4));
  BOOST_TEST(!goes_on(6, bounds.max_sse_unread_bytes / 4));
  BOOST_TEST(goes_on(1, bounds.max_sse_unread_bytes + 1));
}

BOOST_AUTO_TEST_CASE(how_much_may_be_unread_can_be_set) {
  mcpawl::limits bounds;
  bounds.max_sse_unread_messages = 2;
  BOOST_TEST(goes_on(2, 1, bounds));
  BOOST_TEST(!goes_on(3, 1, bounds));
  bounds.max_sse_unread_messages = 100;
  bounds.max_sse_unread_bytes = 10;
  BOOST_TEST(goes_on(3, 5, bounds));
  BOOST_TEST(!goes_on(4, 5, bounds));
}

BOOST_AUTO_TEST_SUITE_END()
