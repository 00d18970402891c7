// tests/unit/observe/allocations.cpp - a line of the access log costs no allocation
// SPDX-License-Identifier: BSL-1.0
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define OBSERVE_TEST_OWN_NEW_IMPOSSIBLE 1  // Clang's runtime is linked into the program and has its own
#endif
#endif

#ifndef OBSERVE_TEST_OWN_NEW_IMPOSSIBLE
#include <mcpawl/observe/record_line.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

// This is the one file of the test program that replaces the global operator new.
namespace {
thread_local std::size_t news = 0;

void* allocate(std::size_t size) noexcept {
  ++news;
  return std::malloc(size == 0 ? 1 : size);
}
}  // namespace

void* operator new(std::size_t size) {
  if (void* const p = allocate(size)) return p;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::nothrow_t const&) noexcept { std::free(p); }
void operator delete[](void* p, std::nothrow_t const&) noexcept { std::free(p); }

BOOST_AUTO_TEST_SUITE(observe_allocations)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_line_costs_no_allocation_once_the_thread_has_its_memory) {
  auto const write = [](std::string const& text) {
    mcpawl::detail::record_line line(std::chrono::system_clock::now(), "info", "e");
    for (int i = 0; i != 20; ++i) line.text("a", text).number("n", i).seconds("s", 1s);
    return line.done().size();
  };
  std::string const text(200, 'x');
  write(text);
  std::size_t const before = news;
  BOOST_TEST(write(text) > 4'000u);
  BOOST_TEST(news == before);
}

BOOST_AUTO_TEST_SUITE_END()
#endif
