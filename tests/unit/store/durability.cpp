// tests/unit/store/durability.cpp - what is flushed to the disk before a write is acknowledged
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/sqlite_store.hpp>

#include "await.hpp"
#include "backends.hpp"

#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace store_durability {

using namespace mcpawl;

namespace {

/** Counts the flushes of write-ahead logs: a VFS of SQLite that hands everything on to the real one. */
class flush_counter {
public:
  static flush_counter& instance() {
    static flush_counter only;
    return only;
  }
  int logs() const { return logs_; }

private:
  struct file {
    sqlite3_file base;
    bool is_log;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static file* of(sqlite3_file* f) { return reinterpret_cast<file*>(f); }
  static sqlite3_file* real(sqlite3_file* f) { return of(f)->real(); }

  flush_counter() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "mcpawl-test-flushes";
    vfs_.szOsFile = static_cast<int>(sizeof(file)) + real_->szOsFile;
    vfs_.xOpen = &open;
    sqlite3_vfs_register(&vfs_, 1);
  }

  static int open(sqlite3_vfs*, char const* name, sqlite3_file* f, int flags, int* out_flags) {
    auto& self = instance();
    std::memset(of(f), 0, sizeof(file));
    of(f)->is_log = (flags & SQLITE_OPEN_WAL) != 0;
    int const code = self.real_->xOpen(self.real_, name, real(f), flags, out_flags);
    static sqlite3_io_methods const methods = handing_on();
    if (real(f)->pMethods != nullptr) f->pMethods = &methods;
    return code;
  }

  static int sync(sqlite3_file* f, int flags) {
    if (of(f)->is_log) ++instance().logs_;
    return real(f)->pMethods->xSync(real(f), flags);
  }

  static sqlite3_io_methods handing_on() {
    sqlite3_io_methods m{};
    m.iVersion = 2;
    m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    m.xRead = [](sqlite3_file* f, void* p, int n, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), p, n, at);
    };
    m.xWrite = [](sqlite3_file* f, void const* p, int n, sqlite3_int64 at) {
      return real(f)->pMethods->xWrite(real(f), p, n, at);
    };
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return real(f)->pMethods->xTruncate(real(f), n); };
    m.xSync = &sync;
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); };
    m.xLock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xLock(real(f), l); };
    m.xUnlock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xUnlock(real(f), l); };
    m.xCheckReservedLock = [](sqlite3_file* f, int* r) {
      return real(f)->pMethods->xCheckReservedLock(real(f), r);
    };
    m.xFileControl = [](sqlite3_file* f, int op, void* p) {
      return real(f)->pMethods->xFileControl(real(f), op, p);
    };
    m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** p) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, p);
    };
    m.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
      return real(f)->pMethods->xShmLock(real(f), at, n, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    m.xShmUnmap = [](sqlite3_file* f, int del) { return real(f)->pMethods->xShmUnmap(real(f), del); };
    return m;
  }

  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
  std::atomic<int> logs_{0};
};

struct fixture {
  flush_counter& flushes = flush_counter::instance();
  temporary_folder folder;
  std::unique_ptr<sqlite_store> store = sqlite_store::open(folder.file("store.db")).value();

  void put(int n, durability wanted) {
    store_write write("k" + std::to_string(n), "v");
    write.survives(wanted);
    await(store->put(std::move(write))).value();
  }
};

}  // namespace

}  // namespace store_durability

BOOST_FIXTURE_TEST_SUITE(store_durability, fixture)

BOOST_AUTO_TEST_CASE(a_write_that_must_survive_a_power_cut_is_flushed_before_its_answer) {
  for (int i = 0; i != 10; ++i) {
    int const before = flushes.logs();
    put(i, durability::power_loss);
    BOOST_TEST(flushes.logs() > before);
  }
}

BOOST_AUTO_TEST_CASE(a_relaxed_write_is_not) {
  put(0, durability::relaxed);
  int const before = flushes.logs();
  for (int i = 1; i != 20; ++i) put(i, durability::relaxed);
  BOOST_TEST(flushes.logs() == before);
  put(20, durability::power_loss);
  BOOST_TEST(flushes.logs() == before + 1);
  put(21, durability::relaxed);
  BOOST_TEST(flushes.logs() == before + 1);
}

BOOST_AUTO_TEST_CASE(erasing_and_taking_are_flushed_when_they_must_be) {
  for (int i = 0; i != 4; ++i) put(i, durability::relaxed);
  int before = flushes.logs();
  await(store->erase("k0", durability::power_loss)).value();
  BOOST_TEST(flushes.logs() > before);
  before = flushes.logs();
  await(store->take("k1", durability::power_loss)).value();
  BOOST_TEST(flushes.logs() > before);
  before = flushes.logs();
  await(store->take("k2", durability::relaxed)).value();
  await(store->erase("k3", durability::relaxed)).value();
  BOOST_TEST(flushes.logs() == before);
}

BOOST_AUTO_TEST_CASE(writes_that_wait_together_share_a_flush) {
  constexpr int writes = 200;
  int const before = flushes.logs();
  boost::asio::io_context context{1};
  int answered = 0;
  auto write = [](sqlite_store& to, int n, int& count) -> task<> {
    store_write one("w" + std::to_string(n), "v");
    one.survives(durability::power_loss);
    auto const written = co_await to.put(std::move(one));
    if (written) ++count;
  };
  auto ignore = [](std::exception_ptr) {};
  for (int i = 0; i != writes; ++i) boost::asio::co_spawn(context, write(*store, i, answered), ignore);
  context.run();
  BOOST_TEST(answered == writes);
  BOOST_TEST(flushes.logs() - before < writes / 2);
}

BOOST_AUTO_TEST_SUITE_END()
