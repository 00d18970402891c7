// tests/unit/store/channel_cases.hpp - what the channel of every store promises, as cases for the stores that a program has
// SPDX-License-Identifier: BSL-1.0
//
// Included, perhaps several times, inside of a test suite, after await.hpp, channel_listener.hpp and what else it uses (see channels.cpp), by a program that has
// made `every_channel`, a std::tuple of backends. A backend has
//   open()              a std::shared_ptr<kv_store> to the same data, as another process has it
//   closes_with_store   whether a channel is of no use any more when its store has gone

namespace {

/** Publish, one after the other, on this thread. */
inline task<> publish_all(bus_channel& over, instance_id to, std::vector<std::string> messages, int& failed) {
  for (auto& each : messages) {
    auto const done = co_await over.publish(to, std::move(each));
    if (!done) ++failed;
  }
}

/** What one sender has published, in the order in which it came. */
inline std::vector<std::string> of_sender(std::vector<std::string> const& all, std::string const& name) {
  std::vector<std::string> out;
  for (auto const& each : all)
    if (each.starts_with(name)) out.push_back(each);
  return out;
}

inline std::vector<std::string> numbered(std::string const& name, int count) {
  std::vector<std::string> out;
  for (int i = 0; i != count; ++i) out.push_back(name + std::to_string(i));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(everybody_hears_what_is_for_all_in_the_senders_order, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1), two(b.open(), 2), three(b.open(), 0xfedcba9876543210u);
  int failed = 0;
  boost::asio::io_context context{1};
  boost::asio::co_spawn(context, publish_all(*two.channel, 0, numbered("m", 50), failed),
                        boost::asio::detached);
  context.run();
  BOOST_TEST(failed == 0);
  for (auto* const each : {&one, &two, &three}) {
    BOOST_TEST(each->hears(50));
    BOOST_TEST(each->heard.messages() == numbered("m", 50));
    BOOST_TEST(each->heard.connected() == 1);
    BOOST_TEST(each->heard.disconnected() == 0);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_the_named_instance_hears_what_is_for_it, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1), two(b.open(), 2), three(b.open(), 0xfedcba9876543210u);
  BOOST_TEST(one.publish(two.id, "for two").has_value());
  BOOST_TEST(one.publish(three.id, "for three").has_value());
  BOOST_TEST(two.publish(two.id, "for itself").has_value());
  BOOST_TEST(one.publish(77, "for nobody").has_value());
  BOOST_TEST(one.publish(0, "end of one").has_value());
  BOOST_TEST(two.publish(0, "end of two").has_value());
  using texts = std::vector<std::string>;
  // of two senders each has an order of its own
  auto const sorted = [](channels::listener& of, std::size_t count) {
    of.hears(count);
    auto out = of.heard.messages();
    std::sort(out.begin(), out.end());
    return out;
  };
  BOOST_TEST(sorted(one, 2) == (texts{"end of one", "end of two"}));
  BOOST_TEST(sorted(two, 4) == (texts{"end of one", "end of two", "for itself", "for two"}));
  BOOST_TEST(sorted(three, 3) == (texts{"end of one", "end of two", "for three"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(messages_are_bytes_of_any_kind_within_their_bound, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1), two(b.open(), 2);
  std::string all;
  for (int i = 0; i != 256; ++i) all += static_cast<char>(i);
  std::vector<std::string> sent{
      "", all, std::string(1, '\0'), "\r\n$-1\r\n", "'; --", std::string(bus_channel::max_message, '\0')};
  for (std::size_t i = 0; i != bus_channel::max_message; ++i)
    sent.back()[i] = static_cast<char>(i * 7 + i / 256);
  sent.push_back(std::string(bus_channel::max_message, '\xff'));
  for (auto const& each : sent) BOOST_TEST(one.publish(0, each).has_value());
  for (std::size_t const size : {bus_channel::max_message + 1, bus_channel::max_message * 100}) {
    for (instance_id const to : {instance_id{0}, two.id})
      BOOST_TEST((one.publish(to, std::string(size, 'x')).error() == store_errc::value_too_large));
  }
  BOOST_TEST(one.publish(0, "end").has_value());
  sent.push_back("end");
  for (auto* const each : {&one, &two}) {
    BOOST_TEST(each->hears(sent.size()));
    BOOST_TEST((each->heard.messages() == sent));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_many_threads_publish_arrives_in_the_order_of_each, Backend,
                              every_channel) {
  Backend b;
  constexpr int threads = 4, each_of_them = 250;
  channels::listener one(b.open(), 1), two(b.open(), 2), three(b.open(), 3);
  std::atomic<int> failed{0};
  support::on_threads(threads, [&](int n) {
    std::string const name(1, static_cast<char>('a' + n));
    boost::asio::io_context context{1};
    int bad = 0;
    if (n % 2 == 0) {
      boost::asio::co_spawn(context, publish_all(*one.channel, 0, numbered(name, each_of_them), bad),
                            boost::asio::detached);
    } else {
      // not waiting for the one before
      for (auto& message : numbered(name, each_of_them))
        boost::asio::co_spawn(context, publish_all(*one.channel, 0, {message}, bad), boost::asio::detached);
    }
    context.run();
    failed += bad;
  });
  BOOST_TEST(failed == 0);
  for (auto* const each : {&one, &two, &three}) {
    BOOST_TEST(each->hears(threads * each_of_them));
    auto const all = each->heard.messages();
    BOOST_TEST(all.size() == static_cast<std::size_t>(threads * each_of_them));
    for (int n = 0; n != threads; ++n) {
      std::string const name(1, static_cast<char>('a' + n));
      BOOST_TEST(of_sender(all, name) == numbered(name, each_of_them));
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_has_closed_is_called_no_more, Backend, every_channel) {
  Backend b;
  auto const store = b.open();
  channels::listener stays(b.open(), 1);
  std::atomic<bool> enough{false};
  std::thread sender([&] {
    boost::asio::io_context context{1};
    auto pour = [](bus_channel& over, std::atomic<bool>& end) -> task<> {
      while (!end) {
        auto const done = co_await over.publish(0, "m");
        if (!done) co_return;
      }
    };
    for (int i = 0; i != 8; ++i)
      boost::asio::co_spawn(context, pour(*stays.channel, enough), boost::asio::detached);
    context.run();
  });
  std::vector<std::unique_ptr<channels::listener>> gone;
  for (int i = 0; i != 20; ++i) {
    auto& one =
        *gone.emplace_back(std::make_unique<channels::listener>(store, static_cast<instance_id>(100 + i)));
    BOOST_TEST(one.hears(3));
    one.close();
    one.channel->close();
    // it can publish all the same
    if (i % 5 == 0) BOOST_TEST(one.publish(stays.id, "last").has_value());
    if (i % 2 == 0) one.channel.reset();
  }
  enough = true;
  sender.join();
  for (auto const& each : gone) BOOST_TEST(each->heard.out_of_place() == 0);
  BOOST_TEST(stays.heard.disconnected() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_channel_may_outlive_its_store, Backend, every_channel) {
  Backend b;
  auto one = std::make_unique<channels::listener>(b.open(), 1);
  auto const silent = one->store->make_channel();
  BOOST_TEST(await(silent->publish(0, "m")).has_value());
  BOOST_TEST(one->hears(1));
  auto late = silent->publish(0, "late");
  one->store.reset();
  for (auto* const each : {one->channel.get(), silent.get()}) {
    auto const done = await(each->publish(0, "m"));
    if (Backend::closes_with_store)
      BOOST_TEST((done.error() == store_errc::closed));
    else
      BOOST_TEST(done.has_value());
  }
  auto const done = await(std::move(late));
  if (Backend::closes_with_store) {
    BOOST_TEST((done.error() == store_errc::closed));
    BOOST_TEST(one->heard.disconnected() == 1);
    // it hears nothing, and says so to nobody
    channels::recorder nothing;
    silent->listen(5, nothing);
    BOOST_TEST(nothing.connected() == 0);
    silent->close();
  }
  one->channel->close();
  BOOST_TEST(one->heard.out_of_place() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_publication_may_outlive_its_channel, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1);
  auto other = one.store->make_channel();
  auto late = other->publish(0, "late");
  other.reset();
  BOOST_TEST(await(std::move(late)).has_value());
  BOOST_TEST(one.hears(1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_cancels_a_publication_disturbs_nobody, Backend, every_channel) {
  Backend b;
  channels::listener one(b.open(), 1);
  boost::asio::io_context context{1};
  std::minstd_rand random(7);
  constexpr int all = 400;
  std::vector<std::unique_ptr<boost::asio::cancellation_signal>> signals;
  int ended = 0, bad = 0;
  auto const work = [](bus_channel& over, std::string message, int& wrong) -> task<> {
    auto const done = co_await over.publish(0, std::move(message));
    if (!done && done.error() != make_error_code(boost::asio::error::operation_aborted)) ++wrong;
  };
  auto const end = [&](std::exception_ptr) { ++ended; };
  for (int i = 0; i != all; ++i) {
    signals.push_back(std::make_unique<boost::asio::cancellation_signal>());
    boost::asio::co_spawn(context, work(*one.channel, std::to_string(i), bad),
                          boost::asio::bind_cancellation_slot(signals.back()->slot(), end));
    // some before they begin, some while they wait, some too late
    for (auto steps = random() % 20; steps != 0; --steps) context.run_for(std::chrono::microseconds{20});
    if (random() % 4 != 0) signals[random() % signals.size()]->emit(boost::asio::cancellation_type::terminal);
  }
  context.restart();
  context.run();
  BOOST_TEST(ended == all);
  BOOST_TEST(bad == 0);
  BOOST_TEST(one.publish(0, "end").has_value());
  BOOST_TEST(support::becomes_true([&] {
    auto const heard = one.heard.messages();
    return !heard.empty() && heard.back() == "end";
  }));
  // none twice
  auto const heard = one.heard.messages();
  BOOST_TEST((std::set<std::string>(heard.begin(), heard.end()).size() == heard.size()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_store_may_end_while_publications_are_under_way, Backend, every_channel) {
  Backend b;
  channels::listener stays(b.open(), 1);
  for (int round = 0; round != 5; ++round) {
    auto store = b.open();
    std::shared_ptr<bus_channel> const channel = store->make_channel();
    channels::recorder heard;
    channel->listen(2, heard);
    std::atomic<int> failed{0}, done{0};
    std::thread sender([&] {
      boost::asio::io_context context{1};
      auto pour = [](bus_channel& over, std::atomic<int>& well, std::atomic<int>& badly) -> task<> {
        for (int i = 0; i != 200; ++i) {
          auto const sent = co_await over.publish(0, std::string(100, 'm'));
          ++(sent ? well : badly);
        }
      };
      for (int i = 0; i != 4; ++i)
        boost::asio::co_spawn(context, pour(*channel, done, failed), boost::asio::detached);
      context.run();
    });
    BOOST_TEST(support::becomes_true([&] { return done + failed > 20; }));
    store.reset();
    sender.join();
    BOOST_TEST(done + failed == 800);
    BOOST_TEST((Backend::closes_with_store || failed == 0));
    channel->close();
    heard.end();
    BOOST_TEST(heard.out_of_place() == 0);
  }
  BOOST_TEST(stays.publish(0, "end").has_value());
  BOOST_TEST(stays.heard.disconnected() == 0);
}
