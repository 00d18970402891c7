// bench/strangers.cpp - connections of strangers who are slow, for strangers.sh to measure what others notice of them
// SPDX-License-Identifier: BSL-1.0
//
// usage: strangers KIND PORT COUNT SECONDS      KIND: heads, bodies or deaf; the environment has TOKEN
//
// Each connection begins a call. `heads` and `bodies` send a byte of it every 100 ms, `deaf` sends a call every second and reads no answer. One that
// the server has closed is made anew at once. At the end it prints how many there were.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

std::string call() {
  std::string const body =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
  char const* const token = std::getenv("TOKEN");
  return std::string("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n") +
         "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n" +
         "Mcp-Name: add\r\nCf-Access-Jwt-Assertion: " + (token != nullptr ? token : "none") +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct connection {
  int fd = -1;
  std::size_t sent = 0;
};

int open_to(std::uint16_t port, bool deaf) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (int const little = 4096; deaf) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0) return fd;
  ::close(fd);
  return -1;
}

/** Whether the other end has closed it; what came is dropped, unless nothing is to be read. */
bool ended(int fd, bool deaf) {
  char bytes[4096];
  auto const got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT | (deaf ? MSG_PEEK : 0));
  return got == 0 || (got < 0 && errno != EAGAIN);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: strangers heads|bodies|deaf PORT COUNT SECONDS\n", stderr);
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  std::string_view const kind = argv[1];
  bool const deaf = kind == "deaf";
  auto const port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  std::vector<connection> all(static_cast<std::size_t>(std::atoi(argv[3])));
  std::string const bytes = call();
  std::size_t const at_once = kind == "bodies" ? bytes.find("\r\n\r\n") + 4 : 1;
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[4]));
  // a hundredth of them each millisecond: what comes all at once would tell of this program
  constexpr std::size_t slices = 100;
  std::size_t opened = 0, failed = 0;
  auto next = std::chrono::steady_clock::now();
  for (std::size_t turn = 0; next < end; ++turn) {
    std::size_t const slice = turn % slices;
    bool const quiet = deaf && turn / slices % 10 != 0;
    for (std::size_t i = slice; i < all.size(); i += slices) {
      connection& each = all[i];
      if (each.fd >= 0 && ended(each.fd, deaf)) {
        ::close(each.fd);
        each.fd = -1;
      }
      if (each.fd < 0) {
        each = {open_to(port, deaf), 0};
        ++(each.fd < 0 ? failed : opened);
        if (each.fd < 0) continue;
      }
      if (quiet) continue;
      std::size_t const more = deaf ? bytes.size() : each.sent == 0 ? at_once : 1;
      auto const sent =
          ::send(each.fd, bytes.data() + each.sent % bytes.size(), more, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0 && !deaf) each.sent += static_cast<std::size_t>(sent);
    }
    next += std::chrono::milliseconds(1);
    std::this_thread::sleep_until(next);
  }
  std::printf("strangers %zu opened, %zu failed\n", opened, failed);
  return 0;
}
