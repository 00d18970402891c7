// tests/unit/mcp/session/single_stream_client.cpp - a client with one channel has one session at most
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/single_stream_client.hpp>

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include "../noted_call.hpp"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mcp_single_stream_client {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using mcp_tests::noted_call;

struct fixture {
  std::shared_ptr<event_log> out = std::make_shared<event_log>(event_log::retention::queue);
  single_stream_client client{out};
  std::shared_ptr<noted_call> call = std::make_shared<noted_call>();

  std::shared_ptr<session> make() const {
    return std::make_shared<session>(revision::v2025_11_25, client_profile(), out);
  }
  static request_id one() { return *request_id::from(boost::json::value(1)); }
};

}  // namespace
}  // namespace mcp_single_stream_client

BOOST_FIXTURE_TEST_SUITE(mcp_single_stream_client, fixture)

BOOST_AUTO_TEST_CASE(it_begins_without_a_session_and_can_end_so) {
  BOOST_TEST(!client.session());
  client.end();
  BOOST_TEST(!client.session());
  BOOST_TEST(!out->finished());
}

BOOST_AUTO_TEST_CASE(a_second_session_ends_the_first) {
  auto const first = make(), second = make();
  auto const slot = first->calls().add(one(), call);
  client.begin(first);
  BOOST_TEST((client.session() == first));
  BOOST_TEST(call->cancelled == 0);
  client.begin(second);
  BOOST_TEST((client.session() == second));
  BOOST_TEST(call->cancelled == 1);
}

BOOST_AUTO_TEST_CASE(its_end_cancels_the_calls_of_both_protocols) {
  auto const other = std::make_shared<noted_call>();
  client.begin(make());
  auto const in_session = client.session()->calls().add(one(), call);
  auto const stateless = client.calls->add(one(), other);
  client.end();
  BOOST_TEST(call->cancelled == 1);
  BOOST_TEST(other->cancelled == 1);
  // what is queued for the client can still be read
  BOOST_TEST(!out->finished());
}

BOOST_AUTO_TEST_CASE(of_sessions_that_begin_at_once_all_but_one_are_ended) {
  std::vector<std::shared_ptr<session>> sessions;
  std::vector<std::shared_ptr<noted_call>> calls;
  std::vector<call_table::slot> slots;
  for (int i = 0; i != 64; ++i) {
    sessions.push_back(make());
    calls.push_back(std::make_shared<noted_call>());
    slots.push_back(sessions.back()->calls().add(one(), calls.back()));
  }
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t != 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < sessions.size(); i += 4) client.begin(sessions[i]);
    });
  for (auto& each : threads) each.join();
  int ended = 0;
  for (std::size_t i = 0; i != sessions.size(); ++i) {
    ended += calls[i]->cancelled;
    BOOST_TEST((calls[i]->cancelled == 0) == (client.session() == sessions[i]));
  }
  BOOST_TEST(ended == 63);
}

BOOST_AUTO_TEST_SUITE_END()
