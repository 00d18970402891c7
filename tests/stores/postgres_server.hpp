// tests/stores/postgres_server.hpp - a PostgreSQL server of the test's own, on loopback and in a temporary folder
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/temporary_folder.hpp"

#include <libpq-fe.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace stores {

/** A port of 127.0.0.1 that nobody listens on. */
inline std::uint16_t free_port() {
  int const s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bool const good = ::bind(s, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(s, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(s);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

/** Runs until it goes out of scope; ends with this process, however that ends. The server refuses to be root's, so it is the user
    postgres's then. */
class postgres_server {
public:
  /** The one of most tests. */
  static postgres_server& shared() {
    static postgres_server only;
    return only;
  }

  explicit postgres_server(std::vector<std::string> settings = {}) : settings_(std::move(settings)) {
    std::filesystem::permissions(folder_.file("."), std::filesystem::perms::all);
    if (wait(start("initdb", {"-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
                              "--no-sync"})) != 0)
      throw std::runtime_error("initdb failed: " + log());
    begin();
  }
  postgres_server(postgres_server const&) = delete;
  postgres_server& operator=(postgres_server const&) = delete;
  ~postgres_server() { end(SIGQUIT); }

  std::uint16_t port() const noexcept { return port_; }
  pid_t pid() const noexcept { return pid_; }
  std::string data() const { return folder_.file("data"); }
  std::string url(std::uint16_t port = 0, std::string const& query = {}) const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port == 0 ? port_ : port) + "/postgres" +
           query;
  }

  void begin() {
    std::vector<std::string> words{"-D", data(), "-p", std::to_string(port_)};
    for (std::string const& each :
         {std::string("listen_addresses=127.0.0.1"), std::string("unix_socket_directories="),
          std::string("shared_buffers=16MB"), std::string("max_connections=100"),
          std::string("max_wal_size=256MB"), std::string("autovacuum=off"),
          std::string("recovery_init_sync_method=syncfs")}) {
      words.push_back("-c");
      words.push_back(each);
    }
    for (auto const& each : settings_) {
      words.push_back("-c");
      words.push_back(each);
    }
    // after a crash the processes of the old one may still be there for a moment, and a new one does not start beside them
    auto const patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    pid_ = start("postgres", words);
    while (std::chrono::steady_clock::now() < patience) {
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = 0;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        pid_ = start("postgres", words);
      }
      if (accepts()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    throw std::runtime_error("postgres is not ready: " + log());
  }

  /** SIGKILL is a crash, SIGQUIT ends at once, SIGINT disconnects everybody first. */
  void end(int signal) {
    if (pid_ == 0) return;
    ::kill(pid_, signal);
    wait(std::exchange(pid_, 0));
  }

  void restart(int signal) {
    end(signal);
    begin();
  }

  /** Stop or continue the server and all its processes. */
  void signal_all(int signal) const {
    for (pid_t const each : children()) ::kill(each, signal);
    ::kill(pid_, signal);
  }

  /** Run SQL as the superuser; the first field of the last row, if any. */
  std::string sql(std::string const& text, std::string const& database = "postgres") const {
    std::string const to = "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + '/' + database;
    std::unique_ptr<PGconn, decltype(&PQfinish)> const on(PQconnectdb(to.c_str()), &PQfinish);
    std::unique_ptr<PGresult, decltype(&PQclear)> const got(PQexec(on.get(), text.c_str()), &PQclear);
    auto const status = PQresultStatus(got.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error(text + ": " + PQerrorMessage(on.get()));
    if (PQntuples(got.get()) == 0) return {};
    return PQgetvalue(got.get(), 0, 0);
  }

  /** Write a file that the server reads, with the mode that it wants. */
  std::string write(std::string const& name, std::string_view text) const {
    std::string const path = folder_.file(name);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    if (::geteuid() == 0) {
      auto const* const user = ::getpwnam("postgres");
      if (user != nullptr && ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("chown failed");
    }
    return path;
  }

private:
  bool accepts() const {
    std::unique_ptr<PGconn, decltype(&PQfinish)> const on(PQconnectdb(url().c_str()), &PQfinish);
    return PQstatus(on.get()) == CONNECTION_OK;
  }

  /** The newest of Debian's, or what the path has. */
  static std::string program(std::string const& name) {
    static std::string const folder = folder_of_programs();
    return folder + name;
  }
  static std::string folder_of_programs() {
    std::string best;
    int newest = 0;
    std::error_code none;
    for (auto const& each : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
      int const version = std::atoi(each.path().filename().c_str());
      if (version <= newest || !std::filesystem::exists(each.path() / "bin" / "postgres")) continue;
      newest = version;
      best = (each.path() / "bin").string() + '/';
    }
    return best;
  }

  pid_t start(std::string const& name, std::vector<std::string> words) const {
    std::string path = program(name);
    std::string const log = folder_.file("log");
    std::vector<char*> arguments{path.data()};
    for (auto& each : words) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    auto const* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
    if (::geteuid() == 0 && user == nullptr) throw std::runtime_error("there is no user postgres");
    std::string const home = folder_.file(".");
    pid_t const pid = ::fork();
    if (pid != 0) return pid;
    int const out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::setsid();
    if (::chdir(home.c_str()) != 0) ::_exit(127);
    if (user != nullptr &&
        (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
      ::_exit(127);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    ::unsetenv("LD_PRELOAD");
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }

  static int wait(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

  /** The server's processes besides the first: each is in the session that `start` made, or has it as its parent. */
  std::vector<pid_t> children() const {
    std::vector<pid_t> out;
    std::ifstream list("/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) + "/children");
    for (pid_t each; list >> each;) out.push_back(each);
    return out;
  }

  std::string log() const {
    std::ifstream in(folder_.file("log"));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  temporary_folder folder_;
  std::vector<std::string> settings_;
  std::uint16_t port_ = free_port();
  pid_t pid_ = 0;
};

}  // namespace stores
