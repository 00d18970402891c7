// tests/consume/shared_store.cpp - a small program that needs the store in PostgreSQL, and a server where none is
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/postgres_store.hpp>

#include <cstdio>

int main() {
  auto const opened = mcpawl::postgres_store::open("postgresql://127.0.0.1:1/nothing");
  bool const good = !opened && opened.error() == mcpawl::store_errc::unreachable;
  std::puts(good ? "mcpawl is usable" : "mcpawl is broken");
  return good ? 0 : 1;
}
