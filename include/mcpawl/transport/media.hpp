// mcpawl/transport/media.hpp - the types of bodies: which one was sent, which ones the client takes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/media_type.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

/** Whether an entry of Accept has the weight 0, by which a client says that it does not take the type. */
constexpr bool has_no_weight(std::string_view entry) noexcept {
  for (auto semicolon = entry.find(';'); semicolon != std::string_view::npos; semicolon = entry.find(';')) {
    entry.remove_prefix(semicolon + 1);
    std::string_view const parameter = http::trim(entry.substr(0, entry.find(';')));
    if (parameter.starts_with("q=") || parameter.starts_with("Q="))
      return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

/** Whether a value of Accept names a type itself, not by a range. */
constexpr bool names_media_type(std::string_view accept, std::string_view type) noexcept {
  while (!accept.empty()) {
    auto const comma = accept.find(',');
    if (http::iequals(http::bare_media_type(accept.substr(0, comma)), type)) return true;
    accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
  }
  return false;
}

/** Whether the body of a request is JSON, as its one Content-Type says. */
inline bool sends_json(http::request_head const& head) noexcept {
  auto const type = head.find_only("content-type");
  return type && http::is_json(*type);
}

/** The place in a client's Accept of the first entry that takes each of the two types of our responses (RFC
    9110 section 12.5.1; of two types the one that is named first is preferred, other weights than 0
    aside). */
struct accepted_types {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  /** What the SDKs send, word for word. */
  static constexpr std::string_view usual = "application/json, text/event-stream";
  std::size_t json = none;
  std::size_t events = none;

  constexpr void add(std::string_view accept, std::size_t& rank) noexcept {
    if (accept == usual && rank == 0) {
      json = 0;
      events = 1;
      rank = 2;
      return;
    }
    for (; !accept.empty(); ++rank) {
      auto const comma = accept.find(',');
      std::string_view const entry = accept.substr(0, comma);
      accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
      if (has_no_weight(entry)) continue;
      std::string_view const type = http::bare_media_type(entry);
      bool const any = type == "*/*";
      if (any || http::iequals(type, "application/json") || http::iequals(type, "application/*"))
        json = std::min(json, rank);
      if (any || http::iequals(type, "text/event-stream") || http::iequals(type, "text/*"))
        events = std::min(events, rank);
    }
  }

  /** Read all fields of that name; a client that sends none takes everything. */
  static accepted_types of(http::request_head const& head) noexcept {
    accepted_types out;
    std::size_t rank = 0;
    bool told = false;
    for (auto const& field : head.fields()) {
      if (!http::iequals(field.name, "accept")) continue;
      told = true;
      out.add(field.value, rank);
    }
    if (!told) out.json = out.events = 0;
    return out;
  }

  constexpr bool takes_events() const noexcept { return events != none; }
  constexpr bool prefers_events() const noexcept { return events < json; }
};

}  // namespace mcpawl::detail
