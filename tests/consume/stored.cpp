// tests/consume/stored.cpp - a small program that needs the store in a SQLite file
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/sqlite_store.hpp>

#include <cstdio>
#include <string>

int main(int, char** argv) {
  std::string const path = std::string(argv[0]) + ".db";
  bool const good = mcpawl::sqlite_store::open(path).has_value();
  std::remove(path.c_str());
  std::puts(good ? "mcpawl is usable" : "mcpawl is broken");
  return good ? 0 : 1;
}
