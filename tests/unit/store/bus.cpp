// tests/unit/store/bus.cpp - what instances tell each other, and that they know when they have missed something
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/bus.hpp>

#include "../../support/becomes_true.hpp"
#include "await.hpp"

#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/store/bus_frame.hpp>
#include <mcpawl/store/bus_senders.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(store_bus)

using namespace mcpawl;
using namespace std::chrono_literals;
using detail::bus;
using detail::bus_frame;
using detail::bus_senders;
using support::becomes_true;

namespace {

/** Notes what it hears. */
class notes final : public detail::bus_listener {
public:
  void heard(char topic, std::string_view text) override {
    std::lock_guard const lock(mutex_);
    all_.push_back(topic + std::string(text));
  }
  void missed() override { ++missed_; }

  std::vector<std::string> all() const {
    std::lock_guard const lock(mutex_);
    return all_;
  }
  int times_missed() const { return missed_; }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
  std::atomic<int> missed_ = 0;
};

/** The channel of a store, through which somebody may change what is published. */
class tapped_channel final : public bus_channel {
public:
  /** Gets what is published, and returns what goes on; empty for nothing. */
  using tap = std::function<std::string(std::string)>;

  tapped_channel(std::unique_ptr<bus_channel> to, tap through)
      : to_(std::move(to)), tap_(std::move(through)) {}
  void listen(instance_id self, bus_receiver& to) override { to_->listen(self, to); }
  void close() noexcept override { to_->close(); }
  task<result<void>> publish(instance_id to, std::string message) override {
    std::string changed = tap_(std::move(message));
    if (changed.empty()) co_return make_error_code(store_errc::unreachable);
    auto const done = co_await to_->publish(to, std::move(changed));
    co_return done;
  }

private:
  std::unique_ptr<bus_channel> to_;
  tap tap_;
};

sealer shared_key(char fill = 'k') {
  std::vector<secret> keys;
  keys.emplace_back(std::string(sealer::key_size, fill));
  return sealer(std::move(keys));
}

/** An instance: what it tells goes through a tap. */
struct instance {
  instance(
      memory_store& store, mcpawl::clock const& time, sealer seal = shared_key(), std::string scope = "adder",
      tapped_channel::tap tap = [](std::string message) { return message; }, logger log = logger::none())
      : to_others(std::make_unique<tapped_channel>(store.make_channel(), std::move(tap)), std::move(seal),
                  std::move(scope), time, std::move(log)) {
    to_others.listen(hears);
  }
  bool heard(std::vector<std::string> const& expected) const {
    return becomes_true([&] { return hears->all() == expected; });
  }

  std::shared_ptr<notes> hears = std::make_shared<notes>();
  bus to_others;
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_told_reaches_all_others_in_order) {
  memory_store store;
  instance a(store, mcpawl::clock::system()), b(store, mcpawl::clock::system()),
      c(store, mcpawl::clock::system());
  std::vector<std::string> expected;
  for (int i = 0; i != 500; ++i) {
    a.to_others.tell('x', std::to_string(i));
    expected.push_back("x" + std::to_string(i));
  }
  BOOST_TEST(b.heard(expected));
  BOOST_TEST(c.heard(expected));
  BOOST_TEST(a.hears->all().empty());
}

BOOST_AUTO_TEST_CASE(who_waits_knows_that_it_is_on_its_way) {
  memory_store store;
  bool open = true;
  instance a(store, mcpawl::clock::system(), shared_key(), "adder",
             [&open](std::string message) { return open ? message : std::string(); });
  instance b(store, mcpawl::clock::system());
  BOOST_TEST(await(a.to_others.told('x', "one")));
  BOOST_TEST(b.heard({"xone"}));
  BOOST_TEST(!await(a.to_others.told('x', std::string(bus::max_text + 1, 'y'))));
  std::string const longest(bus::max_text, 'z');
  BOOST_TEST(await(a.to_others.told('x', longest)));
  BOOST_TEST(b.heard({"xone", "x" + longest}));
}

BOOST_AUTO_TEST_CASE(a_lost_message_is_noticed_by_the_next) {
  memory_store store;
  std::atomic<bool> loses = false;
  instance a(store, mcpawl::clock::system(), shared_key(), "adder",
             [&loses](std::string message) { return loses ? std::string() : message; });
  instance b(store, mcpawl::clock::system());
  BOOST_TEST(await(a.to_others.told('x', "one")));
  int const before = b.hears->times_missed();
  loses = true;
  BOOST_TEST(!await(a.to_others.told('x', "two")));
  loses = false;
  // the next heartbeat tells it
  BOOST_TEST(becomes_true([&] { return b.hears->times_missed() == before + 1; }));
  BOOST_TEST(await(a.to_others.told('x', "three")));
  BOOST_TEST(b.heard({"xone", "xthree"}));
  BOOST_TEST(b.hears->times_missed() == before + 1);
}

BOOST_AUTO_TEST_CASE(what_is_forged_repeated_old_or_of_another_server_is_dropped) {
  memory_store store;
  std::mutex mutex;
  std::vector<std::string> seen;
  auto const record = [&](std::string message) {
    std::lock_guard const lock(mutex);
    seen.push_back(message);
    return message;
  };
  test::manual_clock time;
  instance a(store, time, shared_key(), "adder", record);
  instance b(store, time);
  instance other_key(store, time, shared_key('o'));
  instance other_server(store, time, shared_key(), "weather");
  BOOST_TEST(await(a.to_others.told('x', "one")));
  BOOST_TEST(b.heard({"xone"}));
  auto const repeat = store.make_channel();
  std::vector<std::string> again;
  {
    std::lock_guard const lock(mutex);
    again = seen;
  }
  for (auto& message : again) {
    BOOST_TEST(await(repeat->publish(0, message)).has_value());
    message[message.size() / 2] = message[message.size() / 2] == 'A' ? 'B' : 'A';
    BOOST_TEST(await(repeat->publish(0, message)).has_value());
  }
  for (auto const& nonsense : {std::string(), std::string("x"), std::string(4096, '\0')})
    BOOST_TEST(await(repeat->publish(0, nonsense)).has_value());
  BOOST_TEST(await(a.to_others.told('x', "two")));
  BOOST_TEST(b.heard({"xone", "xtwo"}));
  BOOST_TEST(other_key.hears->all().empty());
  BOOST_TEST(other_server.hears->all().empty());

  // a message that somebody held back for over a minute, as one of an instance that was not heard before
  bus_frame old{77, 1, time.wall() - 61, {{'x', "old"}}};
  bus_frame early{78, 1, time.wall() + 61, {{'x', "early"}}};
  bus_frame good{79, 1, time.wall() - 59, {{'x', "good"}}};
  sealer seal = shared_key();
  std::string const scope = "mcpawl bus 1:adder", label = bus_frame::label_of(scope);
  for (auto const& frame : {old, early, good})
    BOOST_TEST(await(repeat->publish(0, label + seal.seal(frame.bytes(), scope))).has_value());
  BOOST_TEST(b.heard({"xone", "xtwo", "xgood"}));
}

BOOST_AUTO_TEST_CASE(only_what_says_that_it_is_for_this_server_is_worth_a_line_of_the_log) {
  memory_store store;
  std::atomic<int> lines = 0;
  logger const log(mcpawl::log_level::info, [&lines](auto const&...) { ++lines; });
  auto const as_it_is = [](std::string message) { return message; };
  instance a(store, mcpawl::clock::system());
  instance other_server(store, mcpawl::clock::system(), shared_key('o'), "weather");
  instance b(store, mcpawl::clock::system(), shared_key(), "adder", as_it_is, log);
  BOOST_TEST(await(other_server.to_others.told('x', "one")));
  BOOST_TEST(await(a.to_others.told('x', "two")));
  BOOST_TEST(b.heard({"xtwo"}));
  BOOST_TEST(lines == 0);
  auto const stranger = store.make_channel();
  BOOST_TEST(await(stranger->publish(0, bus_frame::label_of("mcpawl bus 1:adder") + "forged")).has_value());
  BOOST_TEST(becomes_true([&] { return lines == 1; }));
}

BOOST_AUTO_TEST_CASE(an_instance_knows_whether_it_hears) {
  memory_store store;
  std::atomic<bool> loses = false;
  instance a(store, mcpawl::clock::system(), shared_key(), "adder",
             [&loses](std::string message) { return loses ? std::string() : message; });
  BOOST_TEST(becomes_true([&] { return a.to_others.hears(); }));
  loses = true;
  BOOST_TEST(becomes_true([&] { return !a.to_others.hears(); }));
  loses = false;
  BOOST_TEST(becomes_true([&] { return a.to_others.hears(); }));
}

BOOST_AUTO_TEST_CASE(more_than_there_is_room_for_is_dropped_and_noticed) {
  memory_store store;
  std::mutex held;
  std::unique_lock hold(held, std::defer_lock);
  instance a(store, mcpawl::clock::system(), shared_key(), "adder", [&held](std::string message) {
    std::lock_guard const wait(held);
    return message;
  });
  instance b(store, mcpawl::clock::system());
  BOOST_TEST(becomes_true([&] { return a.to_others.hears(); }));
  hold.lock();
  int const before = b.hears->times_missed();
  for (std::size_t i = 0; i != 3 * bus::max_queued; ++i) a.to_others.tell('x', "y");
  hold.unlock();
  BOOST_TEST(becomes_true([&] { return b.hears->times_missed() > before; }));
  BOOST_TEST(becomes_true([&] { return b.hears->all().size() >= bus::max_queued; }));
  BOOST_TEST(b.hears->all().size() <= 2 * bus::max_queued);
}

BOOST_AUTO_TEST_CASE(a_frame_is_read_as_it_was_written_and_never_beyond_its_end) {
  bus_frame const frame{0x0102030405060708, 9, 10, {{'a', ""}, {'b', std::string("\0\xff", 2)}}};
  std::string const bytes = frame.bytes();
  BOOST_TEST(bytes.size() == frame.size());
  auto const read = bus_frame::parse(bytes);
  BOOST_REQUIRE(read);
  BOOST_TEST(read->sender == frame.sender);
  BOOST_TEST(read->number == 9u);
  BOOST_TEST(read->sent == 10);
  BOOST_REQUIRE(read->messages.size() == 2u);
  BOOST_TEST(read->messages[1].text == std::string("\0\xff", 2));
  for (std::size_t size = 0; size != bytes.size(); ++size) {
    auto const cut = bus_frame::parse(std::string_view(bytes).substr(0, size));
    BOOST_TEST((!cut || cut->messages.size() < 2));
  }
}

BOOST_AUTO_TEST_CASE(senders_are_forgotten_when_they_are_silent_and_only_then) {
  bus_senders senders;
  BOOST_TEST((senders.hear(1, 1, 0, true) == bus_senders::news::next));
  BOOST_TEST((senders.hear(1, 2, 0, true) == bus_senders::news::next));
  BOOST_TEST((senders.hear(1, 2, 0, true) == bus_senders::news::repeated));
  BOOST_TEST((senders.hear(1, 1, 0, true) == bus_senders::news::repeated));
  BOOST_TEST((senders.hear(1, 4, 0, true) == bus_senders::news::gap));
  BOOST_TEST((senders.hear(2, 7, 0, true) == bus_senders::news::gap));
  BOOST_TEST((senders.hear(3, 7, 0, false) == bus_senders::news::next));
  BOOST_TEST((senders.hear(3, 9, 0, false) == bus_senders::news::gap));
  for (std::uint64_t each = 4; each <= bus_senders::max_senders; ++each) senders.hear(each, 1, 0, true);
  auto const late = bus_senders::forget_after;
  BOOST_TEST((senders.hear(5'000, 1, late - 1, true) == bus_senders::news::repeated));
  BOOST_TEST((senders.hear(5'000, 1, late, true) == bus_senders::news::next));
}

BOOST_AUTO_TEST_SUITE_END()
