// examples/6_everything/asking_tools.hpp - the tools of `everything` that ask their client
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcpawl.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace examples {

struct name_form {
  std::string name;
};
struct color_form {
  std::string color;
};
struct ok_form {
  bool ok;
};
struct user_form {
  std::string username, email;
};
template <class T>
using answered = mcpawl::elicit_result<T>;

inline char const* action_of(mcpawl::user_action action) {
  switch (action) {
    case mcpawl::user_action::accepted: return "accept";
    case mcpawl::user_action::declined: return "decline";
    case mcpawl::user_action::cancelled: break;
  }
  return "cancel";
}

/** The form's response in words, its fields as JSON. */
inline std::string in_words(std::string_view before, answered<boost::json::object> const& answer) {
  std::string text(before);
  text.append(": action=").append(action_of(answer.action())).append(", content=");
  mcpawl::append_json(text, answer ? boost::json::value(*answer) : boost::json::value(boost::json::object()));
  return text;
}

struct prompt_args {
  std::string prompt;
};
inline mcpawl::task<std::string> sampling(prompt_args in, mcpawl::context& ctx) {
  auto const said = co_await ctx.sample("sampling", in.prompt, 100);
  co_return "LLM response: " + said.text();
}

struct message_args {
  std::string message;
};
inline mcpawl::task<std::string> elicitation(message_args in, mcpawl::context& ctx) {
  auto const user = co_await ctx.elicit<user_form>("user", in.message);
  std::string text = "User response: action=";
  text += action_of(user.action());
  if (user) text += ", username=" + user->username + ", email=" + user->email;
  co_return text;
}

inline mcpawl::task<std::string> defaults(mcpawl::context& ctx) {
  mcpawl::raw_form form("defaults", "Please review and update the form fields with defaults",
                        R"({"type":"object",
"properties":{"name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},
"score":{"type":"number","default":95.5},
"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},
"verified":{"type":"boolean","default":true}}})");
  auto const answer = co_await ctx.ask_one(std::move(form));
  co_return in_words("Elicitation completed", answer);
}

inline mcpawl::task<std::string> enumerations(mcpawl::context& ctx) {
  mcpawl::raw_form form("enums", "Please select options from the enum fields",
                        R"({"type":"object","properties":{
"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
"titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},
{"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
"legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
"untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
"titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},
{"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}}})");
  auto const answer = co_await ctx.ask_one(std::move(form));
  co_return in_words("Elicitation completed", answer);
}

inline mcpawl::task<std::string> greeting(mcpawl::context& ctx) {
  auto const user = co_await ctx.elicit<name_form>("user_name", "What is your name?");
  if (!user) co_return "Hello, whoever you are!";
  co_return "Hello, " + user->name + "!";
}

inline mcpawl::task<std::string> capital(mcpawl::context& ctx) {
  auto const said = co_await ctx.sample("capital", "What is the capital of France?", 100);
  co_return said.text();
}

inline mcpawl::task<std::string> folders(mcpawl::context& ctx) {
  auto const roots = co_await ctx.roots("client_roots");
  co_return "The client works in " + std::to_string(roots.size()) + " folders.";
}

inline mcpawl::task<std::string> confirmed(mcpawl::context& ctx) {
  auto const confirmed = co_await ctx.elicit<ok_form>("confirm", "Please confirm.");
  co_return confirmed ? "state-ok" : "state-ok, but not confirmed";
}

inline mcpawl::task<std::string> several(mcpawl::context& ctx) {
  mcpawl::form<name_form> name("user_name", "What is your name?");
  mcpawl::sampling greeting("greeting", "Say hello.", 100);
  mcpawl::roots_list roots("client_roots");
  auto const answers = co_await ctx.ask_all(std::move(name), std::move(greeting), std::move(roots));
  auto const& [user, said, found] = answers;
  std::string text = said.text();
  if (user) text += " " + user->name;
  co_return text + ", in " + std::to_string(found.size()) + " folders";
}

inline mcpawl::task<std::string> two_rounds(mcpawl::context& ctx) {
  auto const user = co_await ctx.elicit<name_form>("step1", "What is your name?");
  if (!user) co_return "Nobody.";
  auto const color = co_await ctx.elicit<color_form>("step2", "What is your favourite color?");
  if (!color) co_return user->name + " likes no color.";
  co_return user->name + " likes " + color->color + ".";
}

/** Asks only what the client can be asked. */
inline mcpawl::task<std::string> able(mcpawl::context& ctx) {
  if (ctx.client().can(mcpawl::client_capability::sampling)) {
    auto const said = co_await ctx.sample("greeting", "Say hello.", 100);
    co_return said.text();
  }
  auto const user = co_await ctx.elicit<name_form>("user_name", "What is your name?");
  co_return user ? "Hello, " + user->name + "!" : std::string("Hello!");
}

struct context_form {
  std::string context;
};
inline mcpawl::task<std::string> asking_prompt(mcpawl::context& ctx) {
  auto const user = co_await ctx.elicit<context_form>("user_context", "What should the prompt be about?");
  std::string text = "Use this context:";
  if (user) text += " " + user->context;
  co_return text;
}

template <class Server>
void add_asking_tools(Server& srv) {
  srv.tool("test_sampling", "Has the client's model answer a prompt.", sampling);
  srv.tool("test_elicitation", "Asks the user for a name and an address.", elicitation);
  srv.tool("test_elicitation_sep1034_defaults", "Asks with defaults.", defaults);
  srv.tool("test_elicitation_sep1330_enums", "Asks for choices.", enumerations);
  srv.tool("test_missing_capability", "Needs a client that samples.", capital);
  srv.tool("test_streaming_elicitation", "Asks for a name.", greeting);
  srv.tool("test_input_required_result_elicitation", "Asks for a name.", greeting);
  srv.tool("test_input_required_result_sampling", "Asks a model.", capital);
  srv.tool("test_input_required_result_list_roots", "Asks for folders.", folders);
  srv.tool("test_input_required_result_request_state", "Asks to confirm.", confirmed);
  srv.tool("test_input_required_result_multiple_inputs", "Asks several things at once.", several);
  srv.tool("test_input_required_result_multi_round", "Asks twice.", two_rounds);
  srv.tool("test_input_required_result_tampered_state", "Asks to confirm.", confirmed);
  srv.tool("test_input_required_result_capabilities", "Asks what the client can be asked.", able);
  srv.prompt("test_input_required_result_prompt", "Asks what it should be about.", asking_prompt);
}

}  // namespace examples
