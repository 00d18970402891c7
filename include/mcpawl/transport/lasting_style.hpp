// mcpawl/transport/lasting_style.hpp - how a stream is written that lasts as long as the token of its request
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/event_stream.hpp>

namespace mcpawl::detail {

/** Whether a policy would let a request in now. Where it cannot tell, because a store or a key endpoint does not answer, it is
    taken to. */
inline task<bool> still_admitted(erased_policy& auth, http::request_head const& head) {
  auto const decided = co_await decision_of(auth.authenticate(head));
  if (decided) co_return true;
  int const status = decided.error().status;
  co_return status != 401 && status != 403;
}

/** The style of such a stream. Policy and request outlive it. */
inline event_style lasting_style(erased_policy& auth, http::request_head const& head, limits const& bounds) {
  event_style style;
  style.keep_alive = bounds.keep_alive;
  style.check_every = bounds.stream_check;
  style.may_listen = [&auth, &head] { return still_admitted(auth, head); };
  return style;
}

}  // namespace mcpawl::detail
