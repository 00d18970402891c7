// tests/fuzz/dispatcher.cpp - whatever is posted, in whatever revision, every answer is a message of JSON-RPC
// SPDX-License-Identifier: BSL-1.0
#include "offering.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

bool is_answer(boost::json::value const& v) {
  auto const* message = v.if_object();
  if (!message || !message->contains("jsonrpc")) return false;
  return message->contains("result") != message->contains("error");
}

void check(std::string_view text) {
  if (text.empty()) return;  // nothing is answered
  auto const parsed = mcpawl::detail::parse_strict_json(text, 500);
  if (!parsed || text.find('\n') != std::string_view::npos) std::abort();
  auto const* batch = parsed->if_array();
  if (!batch && !is_answer(*parsed)) std::abort();
  if (!batch) return;
  if (batch->empty()) std::abort();
  for (auto const& one : *batch)
    if (!is_answer(one)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static offering::site site;
  std::string_view const body{reinterpret_cast<char const*>(data), size};
  for (auto const& answer : site.post(body)) check(answer);
  for (std::size_t session = 0; session != site.revisions.size(); ++session)
    for (auto const& answer : site.post(body, session)) check(answer);
  return 0;
}
