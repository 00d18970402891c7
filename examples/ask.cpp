// examples/ask.cpp - a tool that asks its user before it acts, and waits for the answer in every revision
//
// usage: ask [PORT]        listens on 127.0.0.1, port 8080 unless told otherwise
#include <mcpawl/mcpawl.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

struct confirmation {
  bool sure = false;
  std::optional<std::string> reason;
};
template <>
inline constexpr auto mcpawl::docs<confirmation> =
    mcpawl::fields(mcpawl::field<&confirmation::sure>("Yes, do it."),
                   mcpawl::field<&confirmation::reason>("Why, for the log.").max_length(200));

struct deploy_args {
  std::string service;
};

mcpawl::task<std::string> deploy(deploy_args in, mcpawl::context& ctx) {
  // without sessions the tool runs again from here once the answer is there, so it asks before it acts
  auto answer = co_await ctx.ask<confirmation>("sure", "Deploy " + in.service + "?");
  if (!answer || !answer->sure) throw mcpawl::tool_error("the user did not confirm");
  co_await ctx.progress(1, 2, "image built");
  co_return in.service + " is deployed: " + answer->reason.value_or("no reason given");
}

int main(int argc, char** argv) try {
  mcpawl::server srv{{"ask", "1.0"}};
  srv.tool("deploy", "Deploy a service, once the user has agreed.", deploy).destructive();
  mcpawl::http_options options;
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  options.on_ready = [](std::string const& url) { std::cout << "listening on " << url << std::endl; };
  mcpawl::serve_http(srv, options);
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 2;
}
