// tests/unit/store/channels.cpp - what carries messages between servers that share a store without a network
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/observed_store.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include "../../support/becomes_true.hpp"
#include "../../support/on_threads.hpp"
#include "../../support/temporary_folder.hpp"
#include "await.hpp"
#include "channel_listener.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <system_error>
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

struct sqlite_channels {
  static constexpr bool closes_with_store = true;
  temporary_folder folder;

  std::shared_ptr<kv_store> open() const { return open(folder.file("store.db")); }
  static std::shared_ptr<kv_store> open(std::string const& path) { return sqlite_store::open(path).value(); }
  std::string bus() const { return folder.file("store.db.bus"); }
  std::size_t sockets() const {
    std::error_code none;
    std::size_t count = 0;
    for (auto const& each : std::filesystem::directory_iterator(bus(), none)) {
      // before it has its name nothing can be sent to it
      if (!each.path().filename().string().starts_with('.')) ++count;
    }
    return count;
  }

  /** Where another process, the instance 2, has its socket. */
  std::string other_path() const { return bus() + "/0000000000000002-00000000000000aa"; }
  /** Such a socket, of which nothing is taken. */
  int make_other() const {
    int const out = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::string const path = other_path();
    BOOST_TEST_REQUIRE(path.size() < sizeof at.sun_path);
    path.copy(at.sun_path, path.size());
    BOOST_TEST(::bind(out, reinterpret_cast<sockaddr const*>(&at), sizeof at) == 0);
    return out;
  }
};

using every_channel = std::tuple<memory_channels, sqlite_channels>;

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

BOOST_AUTO_TEST_CASE(files_do_not_hear_each_other_and_leave_no_socket) {
  sqlite_channels const b, c;
  {
    channels::listener one(b.open(), 1), other(c.open(), 1);
    BOOST_TEST(one.publish(0, "for all").has_value());
    BOOST_TEST(one.publish(1, "for 1").has_value());
    BOOST_TEST(one.hears(2));
    BOOST_TEST(other.heard.count() == 0u);
    BOOST_TEST(b.sockets() == 1u);
    one.close();
    BOOST_TEST(b.sockets() == 0u);
  }
  BOOST_TEST(c.sockets() == 0u);
}

BOOST_AUTO_TEST_CASE(the_folder_of_sockets_is_its_owners_alone) {
  sqlite_channels const b;
  ::mkdir(b.bus().c_str(), 0755);
  ::chmod(b.bus().c_str(), 0777);
  channels::listener one(b.open(), 1);
  struct stat info{};
  BOOST_TEST(::stat(b.bus().c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0700u);
  BOOST_TEST(one.publish(0, "m").has_value());
  BOOST_TEST(one.hears(1));

  // what is no folder is not followed, and not changed
  for (bool const link : {true, false}) {
    sqlite_channels const d;
    if (link)
      std::filesystem::create_symlink(b.bus(), d.bus());
    else
      std::ofstream(d.bus()) << "a file";
    auto const store = d.open();
    auto const channel = store->make_channel();
    channels::recorder heard;
    channel->listen(7, heard);
    BOOST_TEST((await(channel->publish(0, "m")).error() == store_errc::cannot_open));
    channel->close();
    BOOST_TEST(heard.connected() == 0);
    BOOST_TEST(std::filesystem::is_symlink(d.bus()) == link);
  }
  BOOST_TEST(b.sockets() == 1u);
}

BOOST_AUTO_TEST_CASE(the_socket_of_a_process_that_was_killed_is_removed) {
  sqlite_channels const b;
  channels::listener one(b.open(), 1);
  // as a process leaves it that is killed
  ::close(b.make_other());
  // what has another form of name is nobody's
  std::ofstream(b.bus() + "/0000000000000002") << "a file";
  std::ofstream(b.bus() + "/zzzzzzzzzzzzzzzz-00000000000000aa") << "a file";
  BOOST_TEST(b.sockets() == 4u);
  BOOST_TEST(one.publish(0, "m").has_value());
  BOOST_TEST(one.hears(1));
  BOOST_TEST(b.sockets() == 3u);
  BOOST_TEST(!std::filesystem::exists(b.other_path()));
}

BOOST_AUTO_TEST_CASE(processes_hear_each_other) {
  sqlite_channels const b;
  std::string const path = b.folder.file("store.db");
  // its threads have ended: a process that is forked has only one
  b.open().reset();
  pid_t const child = ::fork();
  if (child == 0) {
    auto const store = sqlite_channels::open(path);
    auto const channel = store->make_channel();
    channels::recorder heard;
    channel->listen(2, heard);
    bool const good = support::becomes_true([&] { return heard.count() == 1; }) &&
                      await(channel->publish(1, "from 2")).has_value();
    ::_exit(good ? 0 : 1);
  }
  {
    channels::listener one(b.open(), 1);
    BOOST_TEST(support::becomes_true([&] { return b.sockets() == 2; }));
    BOOST_TEST(one.publish(2, "from 1").has_value());
    BOOST_TEST(one.hears(1));
    BOOST_TEST(one.heard.messages() == std::vector<std::string>{"from 2"});
    int status = 1;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    // it has closed nothing
    BOOST_TEST(b.sockets() == 2u);
    BOOST_TEST(one.publish(0, "m").has_value());
    BOOST_TEST(b.sockets() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_was_removed_is_made_anew) {
  sqlite_channels const b;
  channels::listener one(b.open(), 1), two(b.open(), 2);
  std::filesystem::remove_all(b.bus());
  for (auto* const each : {&one, &two}) {
    BOOST_TEST(support::becomes_true([&] { return each->heard.connected() == 2; }));
    BOOST_TEST(each->heard.disconnected() == 1);
  }
  BOOST_TEST(one.publish(0, "m").has_value());
  for (auto* const each : {&one, &two}) BOOST_TEST(each->hears(1));
}

BOOST_AUTO_TEST_CASE(a_path_may_be_longer_than_the_address_of_a_socket) {
  temporary_folder const folder;
  std::string const deep = folder.file(std::string(200, 'd'));
  std::filesystem::create_directory(deep);
  channels::listener one(sqlite_channels::open(deep + "/store.db"), 1),
      two(sqlite_channels::open(deep + "/store.db"), 2);
  BOOST_TEST(one.publish(2, "m").has_value());
  BOOST_TEST(two.hears(1));
}

BOOST_AUTO_TEST_CASE(a_receiver_that_takes_nothing_holds_nobody_up_for_long) {
  sqlite_channels const b;
  channels::listener one(b.open(), 1);
  // as a process that stands still
  int const still = b.make_other();
  auto const began = std::chrono::steady_clock::now();
  constexpr int count = 2000;
  int failed = 0;
  boost::asio::io_context context{1};
  boost::asio::co_spawn(context, publish_all(*one.channel, 0, numbered("m", count), failed),
                        boost::asio::detached);
  context.run();
  BOOST_TEST(failed == 0);
  BOOST_TEST(one.hears(count));
  BOOST_TEST(one.heard.messages() == numbered("m", count));
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds{5}));
  BOOST_TEST(std::filesystem::exists(b.other_path()));
  ::close(still);
}

BOOST_AUTO_TEST_CASE(publications_that_wait_are_bounded) {
  sqlite_channels const b;
  channels::listener one(b.open(), 1);
  boost::asio::io_context context{1};
  int good = 0, busy = 0, other = 0;
  auto const work = [](bus_channel& over, int& well, int& late, int& wrong) -> task<> {
    auto const done = co_await over.publish(0, "m");
    ++(done ? well : done.error() == store_errc::busy ? late : wrong);
  };
  constexpr int all = 20000;
  for (int i = 0; i != all; ++i)
    boost::asio::co_spawn(context, work(*one.channel, good, busy, other), boost::asio::detached);
  context.run();
  BOOST_TEST(good + busy == all);
  BOOST_TEST(other == 0);
  BOOST_TEST(one.hears(static_cast<std::size_t>(good)));
}

BOOST_AUTO_TEST_SUITE_END()
