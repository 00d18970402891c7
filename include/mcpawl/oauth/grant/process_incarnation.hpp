// mcpawl/oauth/grant/process_incarnation.hpp - names one start of one process, so that another can tell whether it
// has ended
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/oauth/grant/token.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace mcpawl::oauth::detail {

/** What a small file of /proc says; empty if there is none. */
inline std::string read_small_file(char const* path) {
  int const file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::array<char, 1024> room;
  ssize_t const size = ::read(file, room.data(), room.size());
  ::close(file);
  return size > 0 ? std::string(room.data(), static_cast<std::size_t>(size)) : std::string();
}

/** The field of that number of /proc/PID/stat, counted from the state, which is 0. The name of the program
    before it is in parentheses and may hold anything. */
inline std::string_view stat_field(std::string_view stat, int number) {
  std::size_t const name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return {};
  stat.remove_prefix(name_end + 1);
  for (int i = 0; i <= number; ++i) {
    std::size_t const at = stat.find_first_not_of(' ');
    if (at == std::string_view::npos) return {};
    stat.remove_prefix(at);
    std::size_t const end = stat.find_first_of(" \n");
    if (i == number) return stat.substr(0, end);
    stat.remove_prefix(end == std::string_view::npos ? stat.size() : end);
  }
  return {};
}

/** The system that numbers of processes are of: this start of this machine, and this container. Empty where
    that cannot be known. */
inline std::string process_space() {
  std::string space = read_small_file("/proc/sys/kernel/random/boot_id");
  while (!space.empty() && space.back() == '\n') space.pop_back();
  std::array<char, 64> room;
  ssize_t const size = ::readlink("/proc/self/ns/pid", room.data(), room.size());
  if (space.empty() || size <= 0) return {};
  return space + '/' + std::string(room.data(), static_cast<std::size_t>(size));
}

/** When a process began, in the units of /proc/PID/stat; empty if that cannot be known. */
inline std::string start_of(long pid) {
  std::string const stat = read_small_file(("/proc/" + std::to_string(pid) + "/stat").c_str());
  return std::string(stat_field(stat, 19));
}

/** The name of this start of this process: 128 random bits, and on Linux what another process of the same
    system needs to see that it has ended: `RANDOM SPACE PID START`. */
inline std::string const& process_incarnation() {
  static std::string const mine = [] {
    std::string name = random_base64url(18);
    std::string const space = process_space(), start = start_of(::getpid());
    if (!space.empty() && !start.empty())
      name.append(1, ' ')
          .append(space)
          .append(1, ' ')
          .append(std::to_string(::getpid()))
          .append(1, ' ')
          .append(start);
    return name;
  }();
  return mine;
}

/** Whether the process of that name is known to have ended. False is no proof that it lives: that of another
    machine or container is never known to have ended. */
inline bool has_ended(std::string_view name) {
  auto const next = [&name] {
    std::string_view const word = name.substr(0, name.find(' '));
    name.remove_prefix(word.size() == name.size() ? word.size() : word.size() + 1);
    return word;
  };
  (void)next();
  static std::string const here = process_space();
  std::string_view const space = next(), number = next(), start = next();
  if (here.empty() || space != here || start.empty()) return false;
  long pid = 0;
  auto const read = std::from_chars(number.data(), number.data() + number.size(), pid);
  if (read.ec != std::errc() || read.ptr != number.data() + number.size() || pid <= 0) return false;
  // what may not be signalled exists, also where /proc shows nothing of others
  if (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) return true;
  std::string const stat = read_small_file(("/proc/" + std::to_string(pid) + "/stat").c_str());
  std::string_view const state = stat_field(stat, 0), began = stat_field(stat, 19);
  if (began.empty()) return false;
  return began != start || state == "Z" || state == "X";
}

}  // namespace mcpawl::oauth::detail
