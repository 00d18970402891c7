// mcpawl/http/tls_slot.hpp - the certificate that a listener uses at the moment, replaced by a reload
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/tls_server.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace mcpawl::http::detail {

/** Where connections of a TLS listener get their certificate from.

    @par Thread safety
    Any number of threads.
*/
class tls_slot {
public:
  tls_slot(tls_options options, std::string listener)
      : options_(std::move(options)), listener_(std::move(listener)) {}

  /** Read the files, and use them from the next connection on; if anything is wrong, what was used before stays. */
  tls_errors reload() {
    tls_errors errors;
    auto fresh = tls_server::load(options_, listener_, tickets_, errors);
    if (fresh) {
      std::lock_guard const lock(mutex_);
      current_ = std::move(fresh);
    }
    return errors;
  }

  std::shared_ptr<tls_server const> current() const {
    std::lock_guard const lock(mutex_);
    return current_;
  }

private:
  tls_options options_;
  std::string listener_;
  std::shared_ptr<ticket_keys> tickets_ = std::make_shared<ticket_keys>();
  mutable std::mutex mutex_;
  std::shared_ptr<tls_server const> current_;
};

}  // namespace mcpawl::http::detail
