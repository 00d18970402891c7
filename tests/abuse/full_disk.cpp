// tests/abuse/full_disk.cpp - the disk of the store is full: tokens are checked, and revocations take effect
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"
#include "../unit/store/await.hpp"
#include "../unit/store/backends.hpp"

#include <mcpawl/oauth/grant/token_service.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

BOOST_AUTO_TEST_SUITE(abuse_full_disk)

using namespace std::chrono_literals;
using support::saas;

constexpr int refusal = 503;  // RFC 7009 section 2.2.1: try again

/** A file system of 4 MiB of its own, while it lasts. Only root may make one. */
class small_disk {
public:
  small_disk() : why_(::mount("mcpawl-test", root().c_str(), "tmpfs", 0, "size=4m") == 0 ? 0 : errno) {}
  small_disk(small_disk const&) = delete;
  small_disk& operator=(small_disk const&) = delete;
  ~small_disk() {
    if (why_ == 0) ::umount2(root().c_str(), MNT_DETACH);
  }
  /** Why there is none, or 0. */
  int refused() const noexcept { return why_; }
  std::string file(std::string const& name) const { return folder_.file(name); }

  void fill() {
    int const file_of_all = ::open(file("filler").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    for (std::string more(4096, 'x'); !more.empty();) {
      auto const written = ::write(file_of_all, more.data(), more.size());
      if (written <= 0) more.resize(more.size() / 2);
    }
    BOOST_TEST(errno == ENOSPC);
    ::close(file_of_all);
  }
  void make_room() { BOOST_TEST(::unlink(file("filler").c_str()) == 0); }

private:
  std::string root() const { return folder_.file(""); }

  temporary_folder folder_;
  int why_;
};

/** Where no file may grow: what a full disk is where none can be mounted. Of the whole process. */
class files_that_do_not_grow {
public:
  files_that_do_not_grow() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGXFSZ, &ignore, &handler_);
  }
  files_that_do_not_grow(files_that_do_not_grow const&) = delete;
  files_that_do_not_grow& operator=(files_that_do_not_grow const&) = delete;
  ~files_that_do_not_grow() {
    make_room();
    ::sigaction(SIGXFSZ, &handler_, nullptr);
  }
  std::string file(std::string const& name) const { return folder_.file(name); }

  void fill() {
    rlimit small = before_;
    small.rlim_cur = 4096;
    BOOST_TEST(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  void make_room() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
  temporary_folder folder_;
  rlimit before_{};
  struct sigaction handler_{};
};

mcpawl::store_errc put(mcpawl::kv_store& to, std::string const& key, std::size_t size) {
  auto const done = await(to.put(mcpawl::store_write(key, std::string(size, 'x'))));
  return done ? mcpawl::store_errc{} : static_cast<mcpawl::store_errc>(done.error().value());
}

/** The store takes nothing more, not even what would fit into pages and a log that it has already. */
void fill_store(mcpawl::kv_store& store) {
  int refused = 0;
  for (int i = 0; refused != 3; ++i) {
    BOOST_TEST_REQUIRE(i != 10'000, "the disk does not get full");
    if (put(store, "other/" + std::to_string(i), 3000) != mcpawl::store_errc{}) ++refused;
  }
}

bool is_alice(std::string const& said) { return said == "alice@example.com through a client"; }

/** On a disk that is full, and then has room again. */
template <class Disk>
void revoke_on(Disk& disk) {
  auto const path = disk.file("oauth.db");
  auto const opened = [&path] {
    return std::shared_ptr<mcpawl::sqlite_store>(mcpawl::sqlite_store::open(path).value());
  };
  std::string client;
  support::client_tokens revoked, revoked_alone, kept;
  {
    saas server(nullptr, true, {}, opened());
    client = server.registered();
    revoked = server.logged_in(client);
    revoked_alone = server.logged_in(client);
    kept = server.logged_in(client);
    BOOST_TEST(is_alice(server.whoami(revoked.access)));
    BOOST_TEST(is_alice(server.whoami(kept.access)));

    disk.fill();
    fill_store(*server.store);
    auto const revoke = [&](std::string const& token) {
      return server.post_form("/revoke", {{"token", token}, {"client_id", client}}).status;
    };
    BOOST_TEST(is_alice(server.whoami(kept.access)));
    BOOST_TEST(revoke(revoked.refresh) == refusal);
    BOOST_TEST(server.whoami(revoked.access) == "401");
    BOOST_TEST(server.refresh(client, revoked.refresh).status == 400);
    BOOST_TEST(revoke(revoked_alone.access) == refusal);
    BOOST_TEST(server.whoami(revoked_alone.access) == "401");
    BOOST_TEST(is_alice(server.whoami(kept.access)));
    BOOST_TEST(server.refresh(client, kept.refresh).status == refusal);

    disk.make_room();
    server.clock.advance(1s);
    // what waits is written behind the next request to one of the endpoints
    BOOST_TEST(server.refresh(client, kept.refresh).status == 200);
    BOOST_TEST(revoke("nothing") == 200);
    BOOST_TEST(server.whoami(revoked.access) == "401");
    BOOST_TEST(is_alice(server.whoami(kept.access)));
  }
  // what a process finds that knows the file alone
  auto const store = opened();
  mcpawl::oauth::token_service restarted(*store);
  auto const is_good = [&restarted](std::string const& token) {
    auto const resource = std::string(saas::origin) + "/mcp";
    return await(restarted.look_up(mcpawl::secret{token}, resource)).has_value();
  };
  BOOST_TEST(!is_good(revoked.access));
  BOOST_TEST(!is_good(revoked_alone.access));
  BOOST_TEST(is_good(kept.access));
}

// A failed write of the revocation left the token working.
BOOST_AUTO_TEST_CASE(on_a_full_disk_a_revocation_takes_effect_and_is_written_when_there_is_room) {
  small_disk disk;
  if (disk.refused() != 0) {
    BOOST_TEST_MESSAGE("no file system can be mounted (" << std::strerror(disk.refused())
                                                         << "): only files that may not grow are tested");
    BOOST_TEST((disk.refused() == EPERM || disk.refused() == EACCES || disk.refused() == ENODEV));
    return;
  }
  revoke_on(disk);
}

BOOST_AUTO_TEST_CASE(where_no_file_may_grow_a_revocation_takes_effect_and_is_written_later) {
  files_that_do_not_grow disk;
  revoke_on(disk);
}

BOOST_AUTO_TEST_SUITE_END()
