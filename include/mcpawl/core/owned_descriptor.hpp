// mcpawl/core/owned_descriptor.hpp - descriptors that are closed in time, and that programs started by this one do not inherit
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace mcpawl::detail {

/** Asio opens sockets without the flag. Where another thread starts a program between the two calls, that
    program has the descriptor all the same; POSIX has no portable remedy. */
inline void close_on_exec(int descriptor) noexcept { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

/** A descriptor that nothing else owns; below 0 there is none. */
class owned_descriptor {
public:
  explicit owned_descriptor(int descriptor = -1) noexcept : descriptor_(descriptor) {}
  owned_descriptor(owned_descriptor&& other) noexcept : descriptor_(other.release()) {}
  owned_descriptor& operator=(owned_descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~owned_descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  explicit operator bool() const noexcept { return descriptor_ >= 0; }
  int get() const noexcept { return descriptor_; }
  int release() noexcept { return std::exchange(descriptor_, -1); }

private:
  int descriptor_;
};

}  // namespace mcpawl::detail
