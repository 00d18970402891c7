// mcpawl/otlp_options.ipp - the bodies of otlp_options: what it reads from the environment, and what is wrong with it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/otlp_exporter.hpp>
#include <mcpawl/text/number_text.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {

/** Read `key=value,key=value`, the values percent-encoded, as OTEL_EXPORTER_OTLP_HEADERS has it; false if it is malformed. */
MCPAWL_DECL bool read_otlp_headers(std::string_view text, std::vector<std::pair<std::string, secret>>& to) {
  while (!text.empty()) {
    auto const comma = text.find(',');
    std::string_view pair = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    auto const trimmed = [](std::string_view part) {
      while (part.starts_with(' ')) part.remove_prefix(1);
      while (part.ends_with(' ')) part.remove_suffix(1);
      return part;
    };
    auto const equals = pair.find('=');
    if (equals == std::string_view::npos) return false;
    std::string_view const name = trimmed(pair.substr(0, equals)), value = trimmed(pair.substr(equals + 1));
    std::string plain;
    for (std::size_t i = 0; i != value.size(); ++i) {
      if (value[i] != '%') {
        plain += value[i];
        continue;
      }
      unsigned byte = 0;
      char const* const digits = value.data() + i + 1;
      if (value.size() - i < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
        return false;
      plain += static_cast<char>(byte);
      i += 2;
    }
    to.emplace_back(std::string(name), secret(std::move(plain)));
  }
  return true;
}

}  // namespace detail

MCPAWL_DECL otlp_options otlp_options::from(settings& from) {
  otlp_options out;
  std::string const whole = from.optional("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  std::string base = from.optional("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (!whole.empty()) {
    out.url = whole;
  }
  if (base.ends_with('/')) base.pop_back();
  if (whole.empty() && !base.empty()) out.url = base + "/v1/traces";
  std::string const metrics = from.optional("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
  if (!metrics.empty() || !base.empty()) out.metrics_url = metrics.empty() ? base + "/v1/metrics" : metrics;
  std::string const interval = from.optional("OTEL_METRIC_EXPORT_INTERVAL");
  if (!interval.empty()) {
    unsigned milliseconds = 0;
    if (!detail::read_number(interval, milliseconds) || milliseconds == 0)
      from.add_error("OTEL_METRIC_EXPORT_INTERVAL", "must be a number of milliseconds");
    out.metrics_interval = std::chrono::milliseconds(milliseconds);
  }
  for (char const* const name : {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"}) {
    std::string const text = from.optional(name);
    if (text.empty()) continue;
    if (!detail::read_otlp_headers(text, out.headers))
      from.add_error(name, "must be key=value, with commas between several");
    break;
  }
  out.ca_file = from.optional("OTEL_EXPORTER_OTLP_CERTIFICATE");
  out.service_name = from.optional("OTEL_SERVICE_NAME");
  std::string const protocol = from.optional("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (!protocol.empty() && protocol != "http/json")
    from.add_error("OTEL_EXPORTER_OTLP_PROTOCOL", "must be http/json, which is what this exporter speaks");
  std::string const sampler = from.optional("OTEL_TRACES_SAMPLER");
  if (sampler == "parentbased_always_off")
    out.ratio = 0;
  else if (!sampler.empty() && sampler != "parentbased_always_on" && sampler != "parentbased_traceidratio")
    from.add_error("OTEL_TRACES_SAMPLER",
                   "must be parentbased_always_on, parentbased_always_off or parentbased_traceidratio");
  std::string const argument = from.optional("OTEL_TRACES_SAMPLER_ARG");
  if (!argument.empty() && (sampler.empty() || sampler == "parentbased_traceidratio")) {
    if (!detail::read_number(argument, out.ratio) || !(out.ratio >= 0 && out.ratio <= 1))
      from.add_error("OTEL_TRACES_SAMPLER_ARG", "must be a number from 0 to 1");
  }
  return out;
}

MCPAWL_DECL otlp_options otlp_options::from_env(settings from) {
  otlp_options out = otlp_options::from(from);
  from.throw_if_invalid();
  return out;
}

MCPAWL_DECL std::vector<std::string> otlp_options::validate() const {
  detail::option_errors errors;
  auto const check = [&](char const* name, std::string const& text) {
    auto const target = http::origin_url::parse(text);
    if (!target)
      errors.note(name, "is not a URL that begins with https:// or http://");
    else if (!target->is_secure() && !target->is_loopback() && !plain_http)
      errors.note(name, "must begin with https:// (http:// is for loopback addresses, or set plain_http)");
  };
  check("url", url);
  check("metrics_url", metrics_url);
  for (auto const& [name, value] : headers) {
    std::string_view const text = value.reveal();
    bool const plain = std::none_of(text.begin(), text.end(), &http::detail::is_control);
    if (!http::is_token(name) || !plain) errors.note("headers", "must be names and values of HTTP fields");
  }
  if (!(ratio >= 0 && ratio <= 1)) errors.note("ratio", "must be from 0 to 1");
  if (queue == 0) errors.note("queue", "must be more than 0");
  if (batch == 0 || batch > queue) errors.note("batch", "must be more than 0, and not more than queue");
  if (delay.count() <= 0) errors.note("delay", "must be more than 0");
  if (metrics_interval.count() <= 0) errors.note("metrics_interval", "must be more than 0");
  if (timeout.count() <= 0) errors.note("timeout", "must be more than 0");
  return std::move(errors.all);
}

}  // namespace mcpawl
