// mcpawl/transport/endpoint_router.hpp - hands a request to the server whose path it names
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/transport/streamable_http.hpp>
#include <mcpawl/transport/user_routes.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Which of several servers a path belongs to, by its place among them; no slash is at the end of a path. */
using endpoint_paths = std::map<std::string, std::size_t, std::less<>>;

/** The servers of one thread. A request goes to the one that has its path; one for a path that none of them has goes to the first,
    which answers the routes of the user, and the rest with 404.

    @par Thread safety
    One per thread. */
class endpoint_router {
public:
  /** @param all    at least one
      @param paths  must outlive it; of no meaning where there is one server */
  endpoint_router(std::vector<std::unique_ptr<streamable_http>> all, endpoint_paths const& paths)
      : first_(all.front().get()), several_(all.size() > 1), all_(std::move(all)), paths_(&paths) {}

  task<> operator()(http::exchange& ex) {
    if (several_) [[unlikely]]
      return server_of(ex)(ex);
    return (*first_)(ex);
  }

  void attach(boost::asio::any_io_executor const& executor) {
    for (auto const& each : all_) each->attach(executor);
  }
  /** Count requests for observers, if there are some. `to` must outlive it. */
  void show(thread_figures& to) noexcept {
    for (auto const& each : all_) each->show(to);
  }

private:
  streamable_http& server_of(http::exchange& ex) const {
    auto const found = paths_->find(bare_path(ex.head().path()));
    return found == paths_->end() ? *first_ : *all_[found->second];
  }

  streamable_http* first_;
  bool several_;
  std::vector<std::unique_ptr<streamable_http>> all_;
  endpoint_paths const* paths_;
};

}  // namespace mcpawl::detail
