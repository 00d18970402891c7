// mcpawl/keys/key_timing.hpp - when keys are fetched again, and how long they may be used
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <chrono>
#include <cstddef>

namespace mcpawl {

/** The intervals of a `key_source`. */
struct key_timing {
  key_timing() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  std::chrono::milliseconds refresh{std::chrono::minutes(10)};  ///< Between two fetches while all is well.
  int jitter_percent = 10;  ///< `refresh` is shortened by up to this much.
  std::chrono::milliseconds cool_down{std::chrono::seconds(30)};  ///< Between fetches for kids nobody knows.
  std::chrono::milliseconds keep{std::chrono::hours(24)};  ///< How long keys serve while no fetch succeeds.
  std::chrono::milliseconds fetch_timeout{
      std::chrono::seconds(10)};  ///< For one fetch, from name to last byte.
  std::chrono::milliseconds first_backoff{
      std::chrono::seconds(1)};  ///< After a failed fetch; doubles each time.
  std::chrono::milliseconds max_backoff{std::chrono::minutes(1)};  ///< Where doubling ends.
  std::size_t document_bytes = 256 * 1024;                         ///< Size of a key document.
};

}  // namespace mcpawl
