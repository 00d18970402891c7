// tests/fuzz/jsonrpc.cpp - a message or a batch is read or refused, and what was read is written back as it
// was
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/jsonrpc/unparsed_id.hpp>
#include <mcpawl/jsonrpc/write.hpp>

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

namespace {

void read(boost::json::value const& element) {
  auto const got = mcpawl::detail::read_message(element);
  if (auto const* refused = std::get_if<mcpawl::detail::rpc_rejection>(&got)) {
    if (!mcpawl::detail::parse_strict_json(mcpawl::detail::write_error(refused->id, refused->fault), 4))
      std::abort();
    return;
  }
  auto const& m = std::get<mcpawl::detail::rpc_message>(got);
  bool const response = m.result || m.error;
  if (response != (m.what == mcpawl::detail::rpc_message::kind::response) || response != m.method.empty())
    std::abort();
}

/** Whether two values are the same but for the last places of numbers. */
bool same(boost::json::value const& a, boost::json::value const& b) {
  if (a.is_double() && b.is_double()) {
    double const x = a.get_double(), y = b.get_double();
    // Boost 1.81 makes NaN of 0e400, and is a few units of the last place off at times
    return x == y || std::isnan(y) || std::fabs(x - y) <= 1e-13 * std::fabs(x) + 1e-290;
  }
  if (auto const* x = a.if_array()) {
    auto const* y = b.if_array();
    return y && std::equal(x->begin(), x->end(), y->begin(), y->end(), same);
  }
  if (auto const* x = a.if_object()) {
    auto const* y = b.if_object();
    return y && std::equal(x->begin(), x->end(), y->begin(), y->end(), [](auto const& m, auto const& n) {
             return m.key() == n.key() && same(m.value(), n.value());
           });
  }
  return a == b;
}

/** Hold what our reader says of a text against what Boost says. */
void compare(std::string_view text, mcpawl::result<boost::json::value> const& ours, std::size_t depth) {
  boost::json::parse_options options;
  options.max_depth = depth;
  boost::system::error_code wrong;
  auto const theirs = boost::json::parse({text.data(), text.size()}, wrong, {}, options);
  if (ours) {
    // Boost refuses 0e99999999999
    if (wrong == boost::json::error::exponent_overflow) return;
    if (wrong || !same(*ours, theirs)) std::abort();
  } else if (ours.error() != mcpawl::detail::json_errc::duplicate_member &&
             ours.error() != mcpawl::detail::json_errc::number_range) {
    if (!wrong) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const value = mcpawl::detail::parse_strict_json(text, 64);
  compare(text, value, 64);
  // an id that is found without parsing is one, and that of the message if there is a message
  if (auto const found = mcpawl::detail::unparsed_id(text)) {
    if (!mcpawl::detail::parse_strict_json(found->json(), 4)) std::abort();
    auto const* id = value && value->is_object() ? value->get_object().if_contains("id") : nullptr;
    if (value && (!id || mcpawl::detail::request_id::from(*id) != found)) std::abort();
  }
  if (!value) return 0;
  std::string written;
  mcpawl::append_json(written, *value);
  if (!mcpawl::detail::parse_strict_json(written, 64)) std::abort();
  read(*value);
  if (auto const* batch = value->if_array())
    for (auto const& element : *batch) read(element);
  return 0;
}
