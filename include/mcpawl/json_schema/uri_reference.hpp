// mcpawl/json_schema/uri_reference.hpp - URI references resolved against a base (RFC 3986 section 5)
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** The five components of a URI reference; those that have a mark are told from empty ones by a flag. */
struct uri_components {
  std::string_view scheme, authority, path, query, fragment;
  bool has_authority = false, has_query = false, has_fragment = false;
};

/** Take a reference apart as RFC 3986 appendix B does; every text has components. */
constexpr uri_components split_uri(std::string_view text) noexcept {
  uri_components out;
  auto const take_after = [&text](char mark, std::string_view& to) {
    auto const at = text.find(mark);
    if (at == std::string_view::npos) return false;
    to = text.substr(at + 1);
    text = text.substr(0, at);
    return true;
  };
  out.has_fragment = take_after('#', out.fragment);
  out.has_query = take_after('?', out.query);
  auto const colon = text.find(':');
  if (colon != std::string_view::npos && colon != 0 &&
      text.substr(0, colon).find('/') == std::string_view::npos) {
    out.scheme = text.substr(0, colon);
    text = text.substr(colon + 1);
  }
  if (text.starts_with("//")) {
    text = text.substr(2);
    auto const end = std::min(text.find('/'), text.size());
    out.has_authority = true;
    out.authority = text.substr(0, end);
    text = text.substr(end);
  }
  out.path = text;
  return out;
}

/** Section 5.2.4. */
inline std::string remove_dot_segments(std::string_view in) {
  std::string out;
  while (!in.empty()) {
    if (in.starts_with("../") || in.starts_with("./")) {
      in.remove_prefix(in.find('/') + 1);
    } else if (in.starts_with("/./") || in == "/.") {
      in = in.size() == 2 ? std::string_view("/") : in.substr(2);
    } else if (in.starts_with("/../") || in == "/..") {
      in = in.size() == 3 ? std::string_view("/") : in.substr(3);
      out.resize(out.find_last_of('/') == std::string::npos ? 0 : out.find_last_of('/'));
    } else if (in == "." || in == "..") {
      in = {};
    } else {
      auto const end = std::min(in.find('/', 1), in.size());
      out += in.substr(0, end);
      in.remove_prefix(end);
    }
  }
  return out;
}

/** Resolve a reference (section 5.2.2); the result has no fragment. A base that is empty or relative is
    joined with in the same way, so that documents without an identity can still name each other. */
inline std::string resolve_uri(std::string_view base, std::string_view reference) {
  auto const from = split_uri(base), to = split_uri(reference);
  std::string path;
  auto authority = to;
  std::string_view scheme = to.scheme, query = to.query;
  bool has_query = to.has_query;
  if (!to.scheme.empty() || to.has_authority) {
    path = remove_dot_segments(to.path);
    if (to.scheme.empty()) scheme = from.scheme;
  } else {
    scheme = from.scheme;
    authority = from;
    if (to.path.empty()) {
      path = from.path;
      if (!to.has_query) {
        query = from.query;
        has_query = from.has_query;
      }
    } else if (to.path.front() == '/') {
      path = remove_dot_segments(to.path);
    } else if (from.has_authority && from.path.empty()) {
      path = remove_dot_segments('/' + std::string(to.path));
    } else {
      auto const slash = from.path.rfind('/');
      auto const kept = slash == std::string_view::npos ? 0 : slash + 1;
      path = remove_dot_segments(std::string(from.path.substr(0, kept)) + std::string(to.path));
    }
  }
  std::string out;
  if (!scheme.empty()) (out += scheme) += ':';
  if (authority.has_authority) (out += "//") += authority.authority;
  out += path;
  if (has_query) (out += '?') += query;
  return out;
}

}  // namespace mcpawl::detail
