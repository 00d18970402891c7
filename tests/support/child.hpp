// tests/support/child.hpp - the small server as a process of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

extern char** environ;

namespace support {

/** Runs the small server, whose path the environment variable MCPAWL_SMALL_SERVER tells, until it goes out
    of scope. Its standard error goes into a pipe, which is read only on demand. */
class child {
public:
  /** @param before  shell commands to run first, in the process that becomes the server
      @param third   what its descriptor 3 is; -1 for nothing */
  explicit child(std::string const& before = {}, int third = -1) {
    char const* const program = std::getenv("MCPAWL_SMALL_SERVER");
    if (program == nullptr)
      throw std::runtime_error("MCPAWL_SMALL_SERVER is not set: run this test by ctest");
    std::array<int, 2> out{}, error{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(error.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    ::fcntl(error[1], F_SETPIPE_SZ, 4096);  // soon full where nobody reads
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, error[1], STDERR_FILENO);
    // never the same number, which would leave close-on-exec as it is
    int const passed = third < 0 ? -1 : ::fcntl(third, F_DUPFD_CLOEXEC, 10);
    if (passed >= 0) ::posix_spawn_file_actions_adddup2(&actions, passed, 3);
    std::string shell = "sh", option = "-c", script = before + "\nexec \"$MCPAWL_SMALL_SERVER\"";
    std::array<char*, 4> const words{shell.data(), option.data(), script.data(), nullptr};
    int const failed = ::posix_spawnp(&pid_, "sh", &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (passed >= 0) ::close(passed);
    ::close(out[1]);
    ::close(error[1]);
    error_ = error[0];
    std::string line;
    for (char c = 0; failed == 0 && ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    auto const colon = line.rfind(':');
    if (colon == std::string::npos) {
      end();
      throw std::runtime_error("the small server did not start: " + line);
    }
    port_ = static_cast<std::uint16_t>(std::strtoul(line.c_str() + colon + 1, nullptr, 10));
  }
  child(child const&) = delete;
  child& operator=(child const&) = delete;
  ~child() { end(); }

  std::uint16_t port() const noexcept { return port_; }
  pid_t pid() const noexcept { return pid_; }

  /** Nobody reads its standard error from now on. */
  void close_error() {
    if (error_ >= 0) ::close(error_);
    error_ = -1;
  }

  /** Read its standard error until `words` have come. Throws when it ends without them. */
  void await_error(std::string_view words) {
    std::string text;
    std::array<char, 4096> some;
    while (text.find(words) == std::string::npos) {
      auto const got = ::read(error_, some.data(), some.size());
      if (got <= 0) throw std::runtime_error("standard error ended without the words");
      text.append(some.data(), static_cast<std::size_t>(got));
      if (text.size() > 100'000'000) throw std::runtime_error("standard error never said it");
    }
  }

  /** Ask it to stop; tells what it exited with, or minus the signal that ended it. */
  int stop() {
    ::kill(pid_, SIGTERM);
    return wait();
  }

  /** Wait until it has ended. */
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

private:
  void end() {
    if (pid_ != 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    close_error();
  }

  pid_t pid_ = 0;
  int error_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace support
