// tests/stores/network_channel_cases.hpp - what channels do whose server or network fails, as cases for the engines
// SPDX-License-Identifier: BSL-1.0
//
// Included, perhaps several times, as tests/unit/store/channel_cases.hpp is, and after tcp_proxy.hpp. A backend has besides
//   server               with end(signal), and a beginning that `begin()` of the backend makes
//   open(port)           a store that goes by a port of 127.0.0.1
//   port()               that of the server

namespace {

/** How long it took. */
template <class F>
std::chrono::milliseconds time_of(F f) {
  auto const began = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
}

inline bool connects(channels::listener& one, int times) {
  return support::becomes_true([&] { return one.heard.connected() >= times; });
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_server_that_crashes_is_found_again, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1), two(b.open(), 2);
  for (int round = 1; round != 4; ++round) {
    b.server.end(SIGKILL);
    for (auto* const each : {&one, &two})
      BOOST_TEST(support::becomes_true([&] { return each->heard.disconnected() >= round; }));
    b.begin();
    for (auto* const each : {&one, &two}) {
      BOOST_TEST(connects(*each, round + 1));
      each->heard.forget();
    }
    BOOST_TEST(one.publish(0, "back").has_value());
    for (auto* const each : {&one, &two}) {
      BOOST_TEST_REQUIRE(each->hears(1));
      BOOST_TEST(each->heard.messages().front() == "back");
      BOOST_TEST(each->heard.connected() == round + 1);
      BOOST_TEST(each->heard.out_of_place() == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_connection_that_is_cut_is_made_anew_at_once, Backend, every_channel) {
  Backend b;
  stores::tcp_proxy proxy(b.port());
  channels::listener one(b.open(proxy.port()), 1), direct(b.open(), 2);
  for (int round = 1; round != 5; ++round) {
    auto const away = time_of([&] {
      proxy.cut();
      BOOST_TEST(support::becomes_true([&] { return one.heard.disconnected() == round; }));
      BOOST_TEST(connects(one, round + 1));
    });
    BOOST_TEST(away.count() < 2000);
    one.heard.forget();
    BOOST_TEST(direct.publish(1, "hello").has_value());
    BOOST_TEST(one.hears(1));
    BOOST_TEST(one.publish(2, "hello").has_value());
  }
  BOOST_TEST(direct.hears(4));
  BOOST_TEST(direct.heard.disconnected() == 0);
  BOOST_TEST(one.heard.out_of_place() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_silent_network_is_noticed, Backend, every_channel) {
  Backend b;
  stores::tcp_proxy proxy(b.port());
  channels::listener one(b.open(proxy.port()), 1), direct(b.open(), 2);
  proxy.blackhole(true);
  auto const noticed =
      time_of([&] { BOOST_TEST(support::becomes_true([&] { return one.heard.disconnected() == 1; })); });
  BOOST_TEST(noticed.count() < 3500);
  // nobody is told that there is a way as long as there is none
  std::this_thread::sleep_for(std::chrono::milliseconds{500});
  BOOST_TEST(one.heard.connected() == 1);
  proxy.blackhole(false);
  proxy.cut();
  BOOST_TEST(connects(one, 2));
  one.heard.forget();
  BOOST_TEST(direct.publish(0, "hello").has_value());
  BOOST_TEST(one.hears(1));
  BOOST_TEST(direct.heard.disconnected() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_quiet_connection_is_kept, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1);
  std::this_thread::sleep_for(std::chrono::milliseconds{3500});
  BOOST_TEST(one.heard.disconnected() == 0);
  BOOST_TEST(one.publish(1, "hello").has_value());
  BOOST_TEST(one.hears(1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_publication_has_two_seconds, Backend, every_channel) {
  Backend b;
  stores::tcp_proxy proxy(b.port());
  channels::listener one(b.open(proxy.port()), 1);
  auto const refused = [](result<void> const& done) {
    return !done && (done.error() == store_errc::unreachable || done.error() == store_errc::unconfirmed);
  };
  proxy.blackhole(true);
  for (int i = 0; i != 2; ++i) {
    auto const waited = time_of([&] { BOOST_TEST(refused(one.publish(0, "nobody hears it"))); });
    BOOST_TEST(waited.count() < 2500);
  }
  proxy.refuse(true);
  proxy.blackhole(false);
  proxy.cut();
  BOOST_TEST(support::becomes_true([&] { return one.heard.disconnected() >= 1; }));
  auto const waited =
      time_of([&] { BOOST_TEST((one.publish(0, "nobody").error() == store_errc::unreachable)); });
  BOOST_TEST(waited.count() > 1500);
  BOOST_TEST(waited.count() < 2500);
  // who comes back within the time is still of use
  int failed = 0;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    proxy.refuse(false);
  });
  if (!one.publish(0, "in time")) ++failed;
  later.join();
  BOOST_TEST(failed == 0);
  BOOST_TEST(connects(one, 2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_publication_whose_answer_is_lost_is_sent_once, Backend, every_channel) {
  Backend b;
  stores::tcp_proxy proxy(b.port());
  auto const behind = b.open(proxy.port());
  auto const channel = behind->make_channel();
  channels::listener direct(b.open(), 2);
  BOOST_TEST(await(channel->publish(0, "first")).has_value());
  BOOST_TEST(direct.hears(1));
  // the store's other connections may be on their way
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  proxy.lose_answers(1);
  BOOST_TEST((await(channel->publish(0, "second")).error() == store_errc::unconfirmed));
  BOOST_TEST(direct.hears(2));
  BOOST_TEST(await(channel->publish(0, "third")).has_value());
  BOOST_TEST(direct.hears(3));
  BOOST_TEST(direct.heard.messages() == (std::vector<std::string>{"first", "second", "third"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_fails_to_take_a_message_is_connected_anew, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1), two(b.open(), 2);
  one.heard.fail_once();
  BOOST_TEST(two.publish(0, "m").has_value());
  BOOST_TEST(connects(one, 2));
  BOOST_TEST(one.heard.disconnected() == 1);
  one.heard.forget();
  BOOST_TEST(two.publish(0, "n").has_value());
  BOOST_TEST(one.hears(1));
  BOOST_TEST(two.heard.disconnected() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_begins_while_the_server_is_away_hears_later, Backend, every_channel) {
  Backend b;
  auto const store = b.open();
  b.server.end(SIGKILL);
  channels::recorder heard, closed;
  auto const channel = store->make_channel(), other = store->make_channel();
  channel->listen(1, heard);
  other->listen(2, closed);
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  BOOST_TEST(heard.connected() == 0);
  other->close();
  closed.end();
  b.begin();
  BOOST_TEST(support::becomes_true([&] { return heard.connected() == 1; }));
  BOOST_TEST(await(channel->publish(1, "m")).has_value());
  BOOST_TEST(support::becomes_true([&] { return heard.count() == 1; }));
  channel->close();
  BOOST_TEST(closed.out_of_place() == 0);
}
