// tests/support/counted_malloc.hpp - counts what each thread allocates, by any name; for one source file of a program
// SPDX-License-Identifier: BSL-1.0
#pragma once

// Not operator new alone: Asio asks for aligned memory by another name. Needs glibc, and no sanitizer, which has its own allocator.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SUPPORT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SUPPORT_SANITIZED 1
#endif
#endif

#include <atomic>
#include <cstddef>
#include <cstdlib>

#if defined(__GLIBC__) && !defined(SUPPORT_SANITIZED)
#define SUPPORT_COUNTS_MALLOC 1

namespace support {

/** Calls of this thread; others may look. */
inline constinit thread_local std::atomic<std::size_t> allocations{0};

inline void count_allocation() noexcept { allocations.fetch_add(1, std::memory_order_relaxed); }

}  // namespace support

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  support::count_allocation();
  return __libc_malloc(size);
}
void* realloc(void* old, std::size_t size) {
  support::count_allocation();
  return __libc_realloc(old, size);
}
void* calloc(std::size_t count, std::size_t size) {
  support::count_allocation();
  return __libc_calloc(count, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  support::count_allocation();
  return __libc_memalign(alignment, size);
}
}
#endif
