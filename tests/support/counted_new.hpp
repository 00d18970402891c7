// tests/support/counted_new.hpp - counts the calls of operator new of each thread; for one source file of a program
// SPDX-License-Identifier: BSL-1.0
#pragma once

// Clang's runtime of ThreadSanitizer is linked into the program and has its own: then nothing is counted.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SUPPORT_OWN_NEW_IMPOSSIBLE 1
#endif
#endif

#ifndef SUPPORT_OWN_NEW_IMPOSSIBLE
#include <cstddef>
#include <cstdlib>
#include <new>

namespace support {

/** Calls of this thread. */
inline thread_local std::size_t news = 0;

inline void* allocate(std::size_t size) noexcept {
  ++news;
  return std::malloc(size == 0 ? 1 : size);
}

}  // namespace support

void* operator new(std::size_t size) {
  if (void* const p = support::allocate(size)) return p;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return support::allocate(size); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return support::allocate(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::nothrow_t const&) noexcept { std::free(p); }
void operator delete[](void* p, std::nothrow_t const&) noexcept { std::free(p); }
#endif
