// mcpawl/transport/listening_socket.hpp - a socket that a server accepts connections from, whoever has made it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/http/passed_sockets.hpp>
#include <mcpawl/http/unix_listener.hpp>
#include <mcpawl/transport/endpoint_router.hpp>
#include <mcpawl/transport/http_worker.hpp>
#include <mcpawl/transport/listener_setup.hpp>

#include <fcntl.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace mcpawl::detail {

/** A socket that listens, and the file it is reached by if it has made one. */
struct opened_socket {
  boost::asio::ip::tcp::acceptor acceptor;
  std::optional<http::detail::unix_socket_file> file;
};

/** Open the socket of a listener; of one that was passed it is a copy, so that the socket stays open for the next server and nothing
    that waits in it is lost.

    One socket is for all threads: what waits in it is handed out before it closes. Of one for each thread, as SO_REUSEPORT allows,
    the system resets what waits when it is closed.

    @par Errors
    Throws `std::system_error`. */
inline opened_socket open_socket(listener_setup const& setup, boost::asio::any_io_executor const& executor) {
  namespace ip = boost::asio::ip;
  auto const failed = [&](error_code ec) {
    std::string const port = setup.is_unix() ? "" : ":" + std::to_string(setup.options.port);
    throw std::system_error(ec, "cannot listen on " + setup.options.address + port);
  };
  auto const adopted = [&](http::detail::owned_descriptor& socket, ip::tcp const& protocol) {
    ip::tcp::acceptor acceptor(executor);
    error_code ec;
    acceptor.assign(protocol, socket.get(), ec);
    if (ec) failed(ec);
    socket.release();
    return acceptor;
  };
  if (setup.passed >= 0) {
    http::detail::owned_descriptor copy(::fcntl(setup.passed, F_DUPFD_CLOEXEC, http::detail::first_passed));
    if (copy.get() < 0) failed(error_code(errno, boost::system::system_category()));
    bool const v6 = !setup.is_unix() && setup.options.address.find(':') != std::string::npos;
    return {adopted(copy, v6 ? ip::tcp::v6() : ip::tcp::v4()), std::nullopt};
  }
  if (!setup.is_unix()) {
    auto made = http::listen(executor, setup.options.address, setup.options.port);
    if (!made) failed(made.error());
    return {std::move(*made), std::nullopt};
  }
  auto made = http::detail::listen_unix(setup.unix_path(), setup.options.unix_mode);
  if (!made) failed(made.error());
  return {adopted(made->socket, ip::tcp::v4()), std::move(made->file)};
}

/** A socket with what accepts from it; it must end before the context of its thread. */
struct listening_socket {
  listening_socket(opened_socket opened, listener_setup const& setup, http_worker& by, limits const& bounds,
                   http::accept_counts counts, logger log, http::accept_hooks hooks)
      : file(std::move(opened.file)),
        acceptor(std::move(opened.acceptor)),
        accepting(acceptor, by.transport, setup.rules, bounds, by.connections, std::move(counts),
                  std::move(log), std::move(hooks)) {
    error_code ignored;
    if (!setup.is_unix()) port = acceptor.local_endpoint(ignored).port();
  }

  /** Accept no more, once what waits has been handed out. */
  void finish() {
    accepting.finish();
    if (file) file->remove();
  }

  std::optional<http::detail::unix_socket_file> file;
  boost::asio::ip::tcp::acceptor acceptor;
  http::accepting<endpoint_router> accepting;
  std::uint16_t port = 0;
};

}  // namespace mcpawl::detail
