// tests/stores/redis_server.hpp - a Redis server of a test's own, on a free port of this machine and with a folder of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/temporary_folder.hpp"

#include <mcpawl/store/redis/redis_command.hpp>
#include <mcpawl/store/redis/redis_reader.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace redis_test {

/** A port that nobody listens on. */
inline std::uint16_t free_port() {
  int const s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (::bind(s, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
      ::getsockname(s, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error("no free port");
  ::close(s);
  return ntohs(at.sin_port);
}

/** A connection that asks and waits. */
class client {
public:
  explicit client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval const patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) {
      ::close(socket_);
      throw std::runtime_error("not connected");
    }
  }
  client(client const&) = delete;
  client& operator=(client const&) = delete;
  ~client() { ::close(socket_); }

  mcpawl::detail::redis_reply ask(std::initializer_list<std::string_view> words) {
    std::string out;
    mcpawl::detail::append_redis_command(out, words);
    if (::send(socket_, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size()))
      throw std::runtime_error("not sent");
    for (;;) {
      if (auto reply = reader_.take()) return std::move(*reply);
      std::array<char, 4096> room;
      auto const got = ::recv(socket_, room.data(), room.size(), 0);
      if (got <= 0 || !reader_.put(std::string_view(room.data(), static_cast<std::size_t>(got))))
        throw std::runtime_error("no answer");
    }
  }

private:
  int socket_;
  mcpawl::detail::redis_reader reader_;
};

/** Runs a server until it goes out of scope. */
class server {
public:
  /** @param words  further words of its command line, such as `--appendonly yes` */
  explicit server(std::vector<std::string> words = {}) : port_(free_port()), words_(std::move(words)) {
    start();
  }
  server(server const&) = delete;
  server& operator=(server const&) = delete;
  ~server() { end(SIGKILL); }

  std::uint16_t port() const noexcept { return port_; }
  pid_t pid() const noexcept { return pid_; }
  std::string url(std::string const& query = {}) const {
    return "redis://127.0.0.1:" + std::to_string(port_) + "/0" + query;
  }
  std::string file(std::string const& name) const { return folder_.file(name); }
  client connect() const { return client(port_); }

  void send(int signal) const { ::kill(pid_, signal); }
  void end(int signal) {
    if (pid_ == 0) return;
    ::kill(pid_, SIGCONT);
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  /** Start, again after `end`, on the same port and with the same files. */
  void start() {
    std::vector<std::string> all{"redis-server"};
    bool const has_port = std::find(words_.begin(), words_.end(), "--tls-port") != words_.end();
    bool const sentinel = std::find(words_.begin(), words_.end(), "--sentinel") != words_.end();
    for (auto const& each : words_)
      all.push_back(each == "PORT" ? std::to_string(port_) : each == "FOLDER" ? folder_.file("") : each);
    if (!sentinel)
      for (auto const* each : {"--bind", "127.0.0.1", "--dir", "FOLDER", "--save", "", "--logfile", "log",
                               "--enable-debug-command", "yes"})
        all.push_back(std::string_view(each) == "FOLDER" ? folder_.file("") : each);
    if (!sentinel && !has_port)
      for (auto const& each : {std::string("--port"), std::to_string(port_)}) all.push_back(each);
    std::vector<char*> argv;
    for (auto& each : all) argv.push_back(each.data());
    argv.push_back(nullptr);
    std::string const& path = program();
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("redis-server does not start");
    if (pid_ == 0) {
#ifdef __linux__
      ::prctl(PR_SET_PDEATHSIG,
              SIGKILL);  // a test that dies leaves nothing running; the thread that starts it has to stay
#endif
      ::dup2(::open("/dev/null", O_RDWR), STDOUT_FILENO);
      ::execv(path.c_str(), argv.data());
      ::_exit(127);
    }
    auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    for (;;) {
      try {
        if (has_port || connect().ask({"PING"}).error_word() != "LOADING") {
          if (has_port) client there(port_);
          return;
        }
      } catch (std::runtime_error const&) {
        // not yet
      }
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error("redis-server does not answer");
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }

private:
  /** The server: what MCPAWL_REDIS_SERVER names, or one that is installed; Debian has it in redis-tools, too, by a name that
      makes it check files when it is called so. */
  static std::string const& program() {
    static std::string const found = []() -> std::string {
      if (auto const* named = std::getenv("MCPAWL_REDIS_SERVER")) return named;
      for (auto const* name : {"redis-server", "valkey-server", "redis-check-rdb"})
        for (auto const* folder : {"/usr/local/bin/", "/usr/bin/", "/opt/homebrew/bin/"})
          if (std::filesystem::exists(std::string(folder) + name)) return std::string(folder) + name;
      throw std::runtime_error("there is no redis-server: on Debian apt-get install redis-tools");
    }();
    return found;
  }

  temporary_folder folder_;
  std::uint16_t port_;
  std::vector<std::string> words_;
  pid_t pid_ = 0;
};

/** What a server must be for writes that survive. */
inline std::vector<std::string> durable() { return {"--appendonly", "yes", "--appendfsync", "always"}; }

/** Whether it can be waited for the log, as in Redis from 7.2 on. */
inline bool has_waitaof(server const& at) { return !at.connect().ask({"WAITAOF", "0", "0", "0"}).failed(); }

}  // namespace redis_test
