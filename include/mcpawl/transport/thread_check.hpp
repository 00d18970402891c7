// mcpawl/transport/thread_check.hpp - whether the I/O threads still do what they are given
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <mcpawl/core/async_event.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace mcpawl::detail {

/** Give each thread next to nothing to do; the event is set once all have done it.

    @par Thread safety
    Any thread, while the contexts of the threads live. */
inline std::shared_ptr<async_event> ask_threads(std::vector<boost::asio::any_io_executor> const& threads) {
  auto const left = std::make_shared<std::atomic<std::size_t>>(threads.size());
  auto back = std::make_shared<async_event>();
  for (auto const& thread : threads)
    boost::asio::post(thread, [left, back] {
      if (--*left == 0) back->notify();
    });
  return back;
}

}  // namespace mcpawl::detail
