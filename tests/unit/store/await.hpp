// tests/unit/store/await.hpp - run one task to its end on this thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

/** What a task returns. */
template <class T>
T await(mcpawl::task<T> work) {
  boost::asio::io_context context{1};
  std::exception_ptr thrown;
  std::optional<T> value;
  // by way of a task of nothing, since Asio wants a default constructor of what it hands over
  auto keep = [](mcpawl::task<T> from, std::optional<T>& to) -> mcpawl::task<> {
    to.emplace(co_await std::move(from));
  };
  auto end = [&thrown](std::exception_ptr e) { thrown = e; };
  boost::asio::co_spawn(context, keep(std::move(work), value), end);
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  if (!value) throw std::runtime_error("the task did not end");
  return std::move(*value);
}
