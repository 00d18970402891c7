// bench/allocations.hpp - counts what is allocated, by us, by OpenSSL and by C libraries alike
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

// The allocator of glibc under the names it keeps for this purpose. This header defines the functions that
// every part of the program allocates with: one source file of a program includes it.
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* __libc_realloc(void*, std::size_t);

namespace bench {
/** Calls of this thread. */
inline thread_local std::size_t allocations = 0;
}  // namespace bench

extern "C" {
void* malloc(std::size_t size) noexcept {
  ++bench::allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  ++bench::allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  ++bench::allocations;
  return __libc_realloc(old, size);
}
}
