// mcpawl/store/redis/redis_bus.hpp - messages between the processes that share a Redis store, by PUBLISH and SUBSCRIBE
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/engine_channel.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/redis/redis_engine.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>
#include <mcpawl/store/redis/redis_request.hpp>
#include <mcpawl/store/redis/redis_scripts.hpp>
#include <mcpawl/store/redis/redis_subscriber.hpp>
#include <mcpawl/store/store_repeat.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Publish over the store's connection for what is answered at once. */
inline task<result<void>> publish_by(std::shared_ptr<redis_engine> engine, instance_id to,
                                     std::string message) {
  std::vector<std::string> words;
  words.push_back("PUBLISH");
  words.push_back(redis_bus_name(engine->options(), to));
  words.push_back(std::move(message));
  auto const request =
      std::make_shared<redis_request>(redis_script::none, std::move(words), store_repeat::never, false);
  if (error_code const refused = engine->submit(request)) co_return refused;
  bool const done = co_await request->end()->wait();
  if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
  auto const& answer = request->answer();
  if (!answer) co_return answer.error();
  if (!answer->is(redis_reply::kind::integer)) co_return make_error_code(store_errc::io);
  co_return result<void>();
}

/** The channel of a `redis_store`. */
using redis_bus = engine_channel<redis_engine>;

}  // namespace mcpawl::detail
