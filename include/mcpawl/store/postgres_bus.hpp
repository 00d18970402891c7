// mcpawl/store/postgres_bus.hpp - messages between the processes that share a PostgreSQL store, by LISTEN and NOTIFY
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/engine_channel.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_client.hpp>
#include <mcpawl/store/postgres_listener.hpp>
#include <mcpawl/store/postgres_notification.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** Publish over the store's connection for what need not last. */
inline task<result<void>> publish_by(std::shared_ptr<postgres_client> client, instance_id to,
                                     std::string message) {
  struct outcome {
    error_code failed;
    std::shared_ptr<async_event> end = std::make_shared<async_event>();
  };
  auto const known = std::make_shared<outcome>();
  auto const tell = [known](error_code failed) {
    known->failed = failed;
    known->end->notify();
  };
  auto const request = std::make_shared<postgres_notification>(to, encode_base64(message), tell);
  if (!client->submit(request)) co_return make_error_code(store_errc::closed);
  bool const done = co_await known->end->wait();
  if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
  if (known->failed) co_return known->failed;
  co_return result<void>();
}

/** The channel of a `postgres_store`. */
using postgres_bus = engine_channel<postgres_client>;

}  // namespace mcpawl::detail
