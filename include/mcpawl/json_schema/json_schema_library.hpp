// mcpawl/json_schema/json_schema_library.hpp - documents that a JSON Schema may refer to
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/uri_reference.hpp>

#include <boost/json/value.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Schemas by their URIs, for `$ref` and `$schema`. What is not in here is not found: nothing is fetched. */
class json_schema_library {
public:
  /** Add a document, or replace the one of the same URI, which has no fragment. */
  void add(std::string_view uri, boost::json::value document) {
    documents_.insert_or_assign(resolve_uri({}, uri), std::move(document));
  }
  boost::json::value const* find(std::string_view uri) const noexcept {
    auto const found = documents_.find(uri);
    return found == documents_.end() ? nullptr : &found->second;
  }

private:
  std::map<std::string, boost::json::value, std::less<>> documents_;
};

}  // namespace mcpawl::detail
