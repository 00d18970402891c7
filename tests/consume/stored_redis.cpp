// tests/consume/stored_redis.cpp - a small program that needs the store in a Redis server, and finds none
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_store.hpp>

#include <cstdio>

int main() {
  auto const opened = mcpawl::redis_store::open_url("redis://127.0.0.1:1", mcpawl::clock::system());
  bool const good = !opened && opened.error() == mcpawl::redis_errc::not_reached;
  std::puts(good ? "mcpawl is usable" : "mcpawl is broken");
  return good ? 0 : 1;
}
