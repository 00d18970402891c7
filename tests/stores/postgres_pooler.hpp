// tests/stores/postgres_pooler.hpp - PgBouncer before a PostgreSQL server of the test's own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/temporary_folder.hpp"
#include "postgres_server.hpp"

#include <libpq-fe.h>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace stores {

/** Runs until it goes out of scope. It refuses to be root's, so it is the user postgres's then. */
class postgres_pooler {
public:
  /** @param mode  what a connection of the server is lent for: `session`, `transaction` */
  postgres_pooler(std::uint16_t server, std::string const& mode) {
    std::filesystem::permissions(folder_.file("."), std::filesystem::perms::all);
    std::string settings = folder_.file("pooler.ini");
    std::ofstream(settings) << "[databases]\npostgres = host=127.0.0.1 port=" << server << " user=postgres\n"
                            << "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
                            << "\nunix_socket_dir =\nauth_type = any\npool_mode = " << mode << '\n';
    auto const* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
    if (::geteuid() == 0 && user == nullptr) throw std::runtime_error("there is no user postgres");
    std::string const log = folder_.file("log");
    std::string program =
        std::filesystem::exists("/usr/sbin/pgbouncer") ? "/usr/sbin/pgbouncer" : "pgbouncer";
    char* const arguments[]{program.data(), settings.data(), nullptr};
    pid_ = ::fork();
    if (pid_ == 0) {
      int const out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
      ::dup2(out, 1);
      ::dup2(out, 2);
      if (user != nullptr &&
          (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
        ::_exit(127);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::unsetenv("LD_PRELOAD");
      ::execvp(arguments[0], arguments);
      ::_exit(127);
    }
    auto const patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!accepts()) {
      if (std::chrono::steady_clock::now() > patience)
        throw std::runtime_error("pgbouncer is not ready: on Debian apt-get install pgbouncer");
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
  postgres_pooler(postgres_pooler const&) = delete;
  postgres_pooler& operator=(postgres_pooler const&) = delete;
  ~postgres_pooler() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  std::uint16_t port() const noexcept { return port_; }

private:
  bool accepts() const {
    std::string const url = "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/postgres";
    std::unique_ptr<PGconn, decltype(&PQfinish)> const on(PQconnectdb(url.c_str()), &PQfinish);
    return PQstatus(on.get()) == CONNECTION_OK;
  }

  temporary_folder folder_;
  std::uint16_t port_ = free_port();
  pid_t pid_ = 0;
};

}  // namespace stores
