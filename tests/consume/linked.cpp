// tests/consume/linked.cpp - a small program that needs mcpawl's headers and every library behind them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/error.hpp>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/url/parse.hpp>

#include <cstdio>
#include <string>
#include <thread>

int main() {
  bool good = mcpawl::make_error_condition(mcpawl::condition::refused).message() == "refused";
  good = good && boost::json::parse("{\"a\":1}").is_object();
  good = good && boost::urls::parse_uri("https://example.com/mcp").has_value();
  good = good && OPENSSL_init_ssl(0, nullptr) == 1 && EVP_sha256() != nullptr;
  std::thread([&good] { std::puts(good ? "mcpawl is usable" : "mcpawl is broken"); }).join();
  return good ? 0 : 1;
}
