// mcpawl/http/fetch_response.hpp - the response of another server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::http {

/** A whole response, within the bounds of its request. */
struct fetch_response {
  /** A header field as it came. */
  struct field {
    std::string name;
    std::string value;
  };

  int status = 0;
  std::string content_type;  ///< Value of the Content-Type field, empty if there was none.
  std::string body;
  std::vector<field> fields;

  /** The value of the first field of this name, in any case. */
  std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (field const& f : fields)
      if (iequals(f.name, name)) return std::string_view{f.value};
    return std::nullopt;
  }
};

}  // namespace mcpawl::http
