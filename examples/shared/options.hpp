// examples/shared/options.hpp - the command line that the examples share
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/settings.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace examples {

/** An address and a port to listen on or to connect to. */
struct endpoint {
  std::string address;  ///< A literal IPv4 or IPv6 address, without brackets; or `unix:PATH`, `fd:NAME`.
  std::uint16_t port = 0;
};

/** ASCII letters as small ones; all other characters stay. */
inline std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/** A setting with commas between its values; none if it is not set. */
inline std::vector<std::string> list(mcpawl::settings& settings, std::string const& name) {
  return settings.optional(name).empty() ? std::vector<std::string>() : settings.required_list(name);
}

/** Parse the whole text as a decimal number. */
template <class Number>
bool parse_number(std::string_view text, Number& out) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

/** Parse `127.0.0.1:8080` or `[::1]:8080`. */
inline std::optional<endpoint> parse_endpoint(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  bool const bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  endpoint out{std::string(host)};
  boost::system::error_code error;
  auto const address = boost::asio::ip::make_address(out.address, error);
  if (error || address.is_v6() != bracketed || !parse_number(text.substr(colon + 1), out.port))
    return std::nullopt;
  return out;
}

/** The options of a program, each `--name VALUE` or `--name=VALUE` and at most once.

    What is wrong with them is noted in the same `mcpawl::settings` as what is wrong with the environment, so
    that one `throw_if_invalid()` lists it all.

    @code
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings);
    auto const at = line.listen("--listen", "127.0.0.1:8080");
    line.finish();
    settings.throw_if_invalid();
    @endcode
*/
class command_line {
public:
  /** Take the arguments of `main`. With `--help` among them it prints the usage, and what several programs share of it, and ends
      the program. */
  command_line(int argc, char** argv, char const* usage, mcpawl::settings& errors, char const* shared = "")
      : errors_(errors) {
    for (int i = 1; i < argc; ++i) {
      std::string_view const word = argv[i];
      if (word == "--help" || word == "-h") {
        std::fputs(usage, stdout);
        std::fputs(shared, stdout);
        std::exit(0);
      }
      auto const equals = word.find('=');
      std::string const name(word.substr(0, equals));
      if (!word.starts_with("--")) {
        errors_.add_error(std::string(word), "is no option: try --help");
      } else if (given_.contains(name)) {
        errors_.add_error(name, "is given more than once");
        if (equals == std::string_view::npos) ++i;
      } else if (equals != std::string_view::npos) {
        given_[name] = word.substr(equals + 1);
      } else if (i + 1 < argc && !std::string_view(argv[i + 1]).starts_with("--")) {
        given_[name] = argv[++i];
      } else {
        given_[name];  // named, without a value
      }
    }
  }

  std::string text(std::string const& name, std::string fallback) {
    auto const found = given_.extract(name);
    if (found.empty()) return fallback;
    if (found.mapped().empty()) errors_.add_error(name, "needs a value");
    return found.mapped();
  }

  /** An option without a value. */
  bool flag(std::string const& name) {
    auto const found = given_.extract(name);
    if (!found.empty() && !found.mapped().empty()) errors_.add_error(name, "takes no value");
    return !found.empty();
  }

  unsigned number(std::string const& name, unsigned fallback, unsigned least, unsigned most) {
    std::string const value = text(name, std::to_string(fallback));
    unsigned parsed = 0;
    if (!value.empty() && (!parse_number(value, parsed) || parsed < least || parsed > most))
      errors_.add_error(name, "must be a number from " + std::to_string(least) + " to " +
                                  std::to_string(most) + ", not \"" + value + '"');
    return parsed;
  }

  /** `ADDRESS:PORT` to listen on; port 0 takes one that is free. */
  endpoint listen(std::string const& name, std::string fallback) {
    return read_endpoint(name, std::move(fallback), 0);
  }
  /** The same for an MCP server, which takes `unix:PATH` and `fd:NAME` as well, and says what is wrong with them. */
  endpoint listener(std::string const& name, std::string fallback) {
    auto const found = given_.find(name);
    if (found == given_.end() || !(found->second.starts_with("unix:") || found->second.starts_with("fd:")))
      return listen(name, std::move(fallback));
    return {text(name, std::string())};
  }
  /** `ADDRESS:PORT` to connect to; without a value it stays empty. */
  endpoint peer(std::string const& name) { return read_endpoint(name, std::string(), 1); }

  /** Note an error in the value of an option; `text` continues the sentence that its name begins. */
  void add_error(std::string const& name, std::string const& text) { errors_.add_error(name, text); }

  /** Note the options nobody asked for. */
  void finish() {
    for (auto const& [name, value] : given_)
      errors_.add_error(name, "is no option of this program: try --help");
  }

private:
  endpoint read_endpoint(std::string const& name, std::string fallback, unsigned least_port) {
    std::string const value = text(name, std::move(fallback));
    if (value.empty()) return {};
    auto const parsed = parse_endpoint(value);
    if (parsed && parsed->port >= least_port) return *parsed;
    errors_.add_error(name,
                      "must be ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080, not \"" + value + '"');
    return {};
  }

  mcpawl::settings& errors_;
  std::map<std::string, std::string> given_;
};

}  // namespace examples
