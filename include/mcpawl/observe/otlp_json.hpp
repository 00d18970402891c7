// mcpawl/observe/otlp_json.hpp - what all messages of OTLP have in common, in its JSON encoding
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_text.hpp>
#include <mcpawl/version.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Who exports. */
struct otlp_resource {
  std::string service_name, service_version;
};

/** Writes messages of OTLP: ids in hexadecimal digits, 64-bit integers as strings, enumerations as numbers.
    https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
class otlp_json {
protected:
  /** Begin a request with one resource and one scope in it, up to the list of `items`; `finish` ends it. */
  void begin(std::string_view resources, std::string_view scopes, std::string_view items,
             otlp_resource const& by) {
    out_.append(R"({")").append(resources).append(R"(":[{"resource":{"attributes":[)");
    first_ = true;
    attribute("service.name", by.service_name);
    attribute("service.version", by.service_version);
    attribute("telemetry.sdk.language", "cpp");
    attribute("telemetry.sdk.name", "mcpawl");
    attribute("telemetry.sdk.version", MCPAWL_VERSION_STRING);
    out_.append(R"(]},")").append(scopes);
    out_.append(R"(":[{"scope":{"name":"mcpawl","version":")" MCPAWL_VERSION_STRING R"("},")");
    out_.append(items).append(R"(":[)");
  }
  std::string finish() {
    out_ += "]}]}]}";
    return std::move(out_);
  }

  void begin_attributes() {
    out_ += R"("attributes":[)";
    first_ = true;
  }
  /** One that is empty is left out. */
  void attribute(std::string_view key, std::string_view value, bool number = false) {
    if (value.empty()) return;
    if (!std::exchange(first_, false)) out_ += ',';
    out_.append(R"({"key":")").append(key).append(R"(","value":{)");
    if (number) {
      out_.append(R"("intValue":")").append(value).append("\"");  // 64 bits: a text
    } else {
      out_ += R"("stringValue":)";
      append_json_string(out_, value);
    }
    out_ += "}}";
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace mcpawl::detail
