// tests/soak/instance.hpp - one server of the soak test: its process, what it writes, its memory and descriptors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

extern char** environ;

namespace soak {

/** A pipe whose lines a thread reads, unless it is held up. */
class line_reader {
public:
  explicit line_reader(std::function<void(std::string_view)> each) : each_(std::move(each)) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    from_ = ends[0];
    to_ = ends[1];
    ::fcntl(to_, F_SETPIPE_SZ, 4096);  // soon full where nobody reads
    thread_ = std::thread([this] { read(); });
  }
  line_reader(line_reader const&) = delete;
  line_reader& operator=(line_reader const&) = delete;
  ~line_reader() {
    stalled_ = false;
    close_writer();
    thread_.join();
    ::close(from_);
  }

  int writer() const noexcept { return to_; }
  void close_writer() {
    if (to_ >= 0) ::close(to_);
    to_ = -1;
  }
  void stall(bool on) noexcept { stalled_ = on; }

private:
  void read() {
    std::string text;
    std::array<char, 65536> some;
    for (;;) {
      while (stalled_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
      auto const got = ::read(from_, some.data(), some.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return;
      text.append(some.data(), static_cast<std::size_t>(got));
      std::size_t begin = 0;
      for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        each_(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
      }
      text.erase(0, begin);
    }
  }

  std::function<void(std::string_view)> each_;
  int from_ = -1, to_ = -1;
  std::atomic<bool> stalled_ = false;
  std::thread thread_;
};

/** A server that accepts from sockets that it was passed. */
class instance {
public:
  /** Start it, and wait until it has bound everything.

      @par Errors
      Throws if it does not start. */
  instance(std::string const& program, int plain, int tls)
      : log_([this](std::string_view line) { keep(line); }),
        requests_([this](std::string_view line) { count(line); }) {
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, log_.writer(), 2);
    // never the same number, which would leave close-on-exec as it is
    std::array<int, 3> const passed{plain, tls, requests_.writer()};
    std::array<int, 3> high{};
    for (std::size_t i = 0; i != passed.size(); ++i) {
      high[i] = ::fcntl(passed[i], F_DUPFD_CLOEXEC, 100);
      ::posix_spawn_file_actions_adddup2(&actions, high[i], 3 + static_cast<int>(i));
    }
    std::string shell = "sh", option = "-c",
                script = "export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=plain:tls ACCESS_LOG=5; exec '" +
                         program + "'";
    std::array<char*, 4> const words{shell.data(), option.data(), script.data(), nullptr};
    int const failed = ::posix_spawnp(&pid_, "sh", &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    for (int const each : high) ::close(each);
    ::close(out[1]);
    log_.close_writer();
    requests_.close_writer();
    std::string line;
    for (char c = 0; failed == 0 && ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    if (!line.starts_with("ready ")) {
      end();
      throw std::runtime_error("the server did not start: " + line + '\n' + log());
    }
    admin_port_ = static_cast<std::uint16_t>(std::strtoul(line.c_str() + 6, nullptr, 10));
  }
  instance(instance const&) = delete;
  instance& operator=(instance const&) = delete;
  ~instance() { end(); }

  pid_t pid() const noexcept { return pid_; }
  std::uint16_t admin_port() const noexcept { return admin_port_; }
  void signal(int number) const { ::kill(pid_, number); }
  void stall_logs(bool on) {
    log_.stall(on);
    requests_.stall(on);
  }

  /** Wait until it has ended; tells what it exited with, or minus the signal that ended it. */
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  long resident_kib() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
    return 0;
  }
  long descriptors() const {
    std::filesystem::directory_iterator const all("/proc/" + std::to_string(pid_) + "/fd");
    return std::distance(begin(all), end_of(all));
  }

  /** What it wrote to standard error. */
  std::string log() const {
    std::lock_guard const lock{mutex_};
    return text_;
  }
  /** Lines of the access log about requests, and lines that it says were dropped. */
  std::uint64_t logged() const noexcept { return logged_; }
  std::uint64_t dropped() const noexcept { return dropped_; }

private:
  static std::filesystem::directory_iterator end_of(std::filesystem::directory_iterator const& all) {
    return std::filesystem::end(all);
  }
  void keep(std::string_view line) {
    std::lock_guard const lock{mutex_};
    text_.append(line).append("\n");
    constexpr std::size_t most = 4'000'000;
    if (text_.size() > most) text_.erase(0, most / 2);
  }
  void count(std::string_view line) {
    boost::system::error_code wrong;
    auto const parsed = boost::json::parse(line, wrong);
    if (wrong) {
      keep("error: a line of the access log that is no JSON: " + std::string(line));
      return;
    }
    if (parsed.at("event") == "request") ++logged_;
    if (parsed.at("event") == "records_lost") dropped_ += parsed.at("dropped").to_number<std::uint64_t>();
  }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  mutable std::mutex mutex_;
  std::string text_;
  std::atomic<std::uint64_t> logged_ = 0, dropped_ = 0;
  line_reader log_, requests_;
  pid_t pid_ = 0;
  std::uint16_t admin_port_ = 0;
};

}  // namespace soak
