// mcpawl/test/server_log.hpp - keeps the lines of a server's log for a test to look at
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** The lines of a log in memory.

    @par Thread safety
    Any thread; a logger of it may outlive it. */
class kept_log {
public:
  /** A logger that writes to it. */
  logger writer() const {
    return {log_level::info, [to = lines_](log_level, std::string_view line) {
              std::lock_guard const lock(to->mutex);
              to->all.emplace_back(line);
            }};
  }
  std::size_t size() const {
    std::lock_guard const lock(lines_->mutex);
    return lines_->all.size();
  }
  /** The lines behind the first `skipped`. */
  std::vector<std::string> lines_from(std::size_t skipped) const {
    std::lock_guard const lock(lines_->mutex);
    return {lines_->all.begin() + static_cast<std::ptrdiff_t>(skipped), lines_->all.end()};
  }

private:
  struct lines {
    std::mutex mutex;
    std::vector<std::string> all;
  };

  std::shared_ptr<lines> const lines_ = std::make_shared<lines>();
};

}  // namespace mcpawl::detail
