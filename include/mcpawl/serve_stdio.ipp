// mcpawl/serve_stdio.ipp - the bodies of serve_stdio.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/sigpipe.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/serve_stdio.hpp>
#include <mcpawl/transport/stdio.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace mcpawl::detail {

MCPAWL_DECL void run_stdio(server_state const& protocol, stdio_options const& options, caller who) {
  if (auto wrong = key_errors(protocol); !wrong.empty()) throw configuration_error(std::move(wrong));
  sigpipe_ignored const quiet;
  boost::asio::io_context context{1};
  // it dies before the context, which its descriptors need; coroutines that are left touch nothing of it
  session_manager known = make_session_manager(protocol, options.bounds);
  auto const work = known.table().work();
  stdio_link link{
      context.get_executor(),
      options.input,
      options.output,
      dispatcher{
          protocol, std::move(known), options.log, {options.bounds.json_depth, options.bounds.json_members}},
      options.bounds,
      options.log};
  boost::asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&link](error_code ec, int) {
    if (!ec) link.stop();
  });
  std::exception_ptr failure;
  boost::asio::co_spawn(context, link.read(who), [&](std::exception_ptr e) {
    if (e) {
      failure = e;
      context.stop();
    }
  });
  boost::asio::co_spawn(context, link.write(), [&](std::exception_ptr e) {
    if (e) failure = e;
    context.stop();
  });
  context.run();
  // calls that were cancelled may still work; what does not end in time keeps what it needs
  work->wait_until_idle(link.deadline());
  work->close();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mcpawl::detail
