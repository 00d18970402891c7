// tests/unit/store/await.hpp - run one task to its end on this thread
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
  auto keep = [&](std::exception_ptr e, T v) {
    thrown = e;
    if (!e) value.emplace(std::move(v));
  };
  boost::asio::co_spawn(context, std::move(work), keep);
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  if (!value) throw std::runtime_error("the task did not end");
  return std::move(*value);
}
