// mcpawl/transport/in_process.ipp - the bodies of in_process.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/jsonrpc/unparsed_id.hpp>
#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/transport/channel_client.hpp>
#include <mcpawl/transport/in_process.hpp>

#include <cstdint>
#include <utility>

namespace mcpawl::detail {

class in_process_link::impl {
public:
  impl(server_state const& protocol, session_manager known, limits const& bounds, logger log,
       std::shared_ptr<void const> identity, std::string principal)
      : bounds_(bounds),
        identity_(std::move(identity)),
        principal_(std::move(principal)),
        work_(known.table().work()),
        protocol_(protocol, std::move(known), std::move(log), {bounds.json_depth, bounds.json_members}),
        client_(std::make_shared<channel_client>()) {
    // so that a step ends when another thread has said something
    ticket_ = client_->out()->attach([this] { boost::asio::post(context_, [] {}); });
  }
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;

  ~impl() {
    auto const until = std::chrono::steady_clock::now() + bounds_.drain_timeout;
    protocol_.known().table().close();
    client_->channel().end();
    while (client_->running() != 0 && std::chrono::steady_clock::now() < until && context_.poll_one() != 0) {
    }
    work_->wait_until_idle(until);
    work_->close();
    client_->out()->detach(ticket_);
  }

  void send(std::string_view message) {
    caller const who{identity_.get(), principal_, {}, &identity_};
    auto const refused = client_->receive(protocol_, message, who, context_.get_executor());
    if (!refused) return;
    // where HTTP has a status and a challenge there is an error
    std::string why =
        "insufficient_scope: the " + std::string(refused->kind) + ' ' + refused->name + " needs";
    for (auto const& scope : refused->missing) why.append(1, ' ').append(scope);
    client_->out()->append(write_error(unparsed_id(message), {rpc_code::invalid_request, std::move(why)}));
  }
  bool take(std::string& message) {
    return client_->out()->next(ticket_, cursor_, message) == event_log::reading::message;
  }
  bool step(time_point deadline) { return context_.run_one_until(deadline) != 0; }
  void poll() { context_.poll(); }
  std::size_t running() const noexcept { return client_->running(); }
  bool blocked() const { return work_->busy() + work_->queued() != 0; }

private:
  limits const bounds_;
  std::shared_ptr<void const> const identity_;
  std::string const principal_;
  std::shared_ptr<work_pool> const work_;
  dispatcher protocol_;
  std::shared_ptr<channel_client> const client_;
  std::uint64_t ticket_ = 0;
  std::uint64_t cursor_ = 0;
  // last, so that coroutines die before what they refer to
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> const open_{
      context_.get_executor()};
};

MCPAWL_DECL in_process_link::in_process_link(server_state const& protocol, limits const& bounds, logger log,
                                             std::shared_ptr<void const> identity, std::string principal) {
  if (auto wrong = key_errors(protocol); !wrong.empty()) throw configuration_error(std::move(wrong));
  impl_ = std::make_unique<impl>(protocol, make_session_manager(protocol, bounds), bounds, std::move(log),
                                 std::move(identity), std::move(principal));
}

MCPAWL_DECL in_process_link::~in_process_link() = default;

MCPAWL_DECL void in_process_link::send(std::string_view message) { impl_->send(message); }
MCPAWL_DECL bool in_process_link::take(std::string& message) { return impl_->take(message); }
MCPAWL_DECL bool in_process_link::step(time_point deadline) { return impl_->step(deadline); }
MCPAWL_DECL void in_process_link::poll() { impl_->poll(); }
MCPAWL_DECL std::size_t in_process_link::running() const noexcept { return impl_->running(); }
MCPAWL_DECL bool in_process_link::blocked() const { return impl_->blocked(); }

}  // namespace mcpawl::detail
