// mcpawl/test/client.hpp - a client for tests of a server: typed calls, scripted answers, no socket and no thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/test/client_connection.hpp>
#include <mcpawl/test/client_options.hpp>
#include <mcpawl/test/json_input.hpp>
#include <mcpawl/test/question.hpp>
#include <mcpawl/test/reply.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** What a server lists for a caller, of all pages. */
struct listing {
  std::vector<std::string>
      names;                 ///< Of tools and prompts; the URIs of resources, the URI templates of templates.
  boost::json::array items;  ///< As they came.

  bool contains(std::string_view name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
};

/** A call that was started and goes on whenever its client waits for something.

    @par Lifetime
    The server must outlive it. A call that nobody waits for is cancelled when its client and the last of its calls
    are destroyed. */
class started_call {
public:
  started_call(std::shared_ptr<mcpawl::detail::client_connection> by,
               std::shared_ptr<mcpawl::detail::client_call> call)
      : by_(std::move(by)), call_(std::move(call)) {}

  /** Cancel it, as a client that waits no longer does: its `co_await` ends with `operation_aborted`. */
  void cancel() {
    by_->cancel(*call_);
    by_->poll();
  }
  /** Whether it is over; does not wait. */
  bool over() {
    by_->poll();
    return call_->over;
  }
  /** Wait until it is over.

      @par Errors
      As `client::call`. */
  reply wait() { return by_->wait(call_); }
  /** Wait until it has reported its progress so often; false if it is over before.

      @par Errors
      As `client::call`. */
  bool wait_for_progress(std::size_t reports = 1) { return by_->wait_for_progress(call_, reports); }

private:
  std::shared_ptr<mcpawl::detail::client_connection> by_;
  std::shared_ptr<mcpawl::detail::client_call> call_;
};

/** A client of a server, for its tests: what it sends goes through the same protocol, sessions, bounds and `allow`
    as what comes over stdio or HTTP.

    @code
    mcpawl::test::client client{srv};
    client.on_elicit([](auto const&) { return mcpawl::test::accept(confirmation{true}); });
    auto const reply = client.call("deploy", deploy_args{"api"});
    BOOST_TEST(reply);                                 // a call that failed says why
    BOOST_TEST(reply.text() == "deployed");
    @endcode

    Calls run inside its functions, on the thread that calls them; what is `blocking()` or offloaded has threads of
    its own as ever. No policy is asked: who calls is an identity that the test hands over, and its principal is
    what the server's policy says.

    @par Errors
    What the server answers is in the `reply`. A call throws `call_failure` if there is no answer: it takes longer
    than `client_options::timeout`, or asks what the test does not answer. It is cancelled then, and the text says
    what it was waiting for, as far as that is known. The constructors throw what `server::check` throws.
    A plain function that does not return, and is not `blocking()`, can be stopped by nobody.
    @par Lifetime
    The server must outlive it. Destroying it cancels what still runs, and waits for blocking functions, at most as
    long as the time-out.
    @par Thread safety
    One thread at a time; several clients of one server may be on several threads, as far as its tools are. What
    answers questions must not call the client. */
template <auth_policy Auth>
class client {
public:
  using identity_type = typename Auth::identity_type;

  /** A client of a server without a policy. */
  explicit client(server<Auth> const& srv, client_options options = {})
      : client(srv, std::shared_ptr<identity_type const>(), std::string(), std::move(options)) {
    static_assert(std::same_as<identity_type, anonymous>,
                  "mcpawl: this server has a policy: say who is calling, client{srv, identity}");
  }
  /** A client that is somebody: an identity of the server's policy, made by `make_identity` for instance. */
  client(server<Auth> const& srv, identity_type who, client_options options = {})
      requires(!std::same_as<identity_type, anonymous>)
      : client(srv, std::make_shared<identity_type const>(std::move(who)), std::move(options)) {}

  /** Another client of the same server, with the same options, that is somebody else; it shares no answers. */
  client as(identity_type who) const requires(!std::same_as<identity_type, anonymous>)
  {
    return client(*server_, std::move(who), by_->options());
  }
  /** Another client of the same server and the same caller, in another revision. */
  client in(revision other) const {
    client_options options = by_->options();
    options.revision = other;
    return client(*server_, identity_, principal_, std::move(options));
  }

  // --- calls ------------------------------------------------------------------------------------------------

  /** Call a tool. Arguments are a struct, a `boost::json::object` or JSON text. */
  reply call(std::string_view tool, json_input const& arguments = {}) {
    return start(tool, arguments).wait();
  }
  /** Begin to call a tool. */
  started_call start(std::string_view tool, json_input const& arguments = {}) {
    return begin("tools/call", "name", tool, "arguments", arguments.object());
  }
  /** Cancel the next call so long after its begin, unless it is over before. */
  void cancel_after(std::chrono::milliseconds delay) { by_->cancel_next = delay; }

  /** Read a resource. */
  reply read(std::string_view uri) { return begin("resources/read", "uri", uri, {}, {}).wait(); }
  /** Get the messages of a prompt; its arguments are texts. */
  reply get_prompt(std::string_view name, json_input const& arguments = {}) {
    return begin("prompts/get", "name", name, "arguments", arguments.object()).wait();
  }
  /** Ask what an argument of a prompt may be; `reply::values` has the suggestions.

      @param filled  other arguments that are known already. */
  reply complete_prompt(std::string_view prompt, std::string_view argument, std::string_view typed,
                        json_input const& filled = {}) {
    return complete("ref/prompt", "name", prompt, argument, typed, filled.object());
  }
  /** The same of a variable of a template of resources. */
  reply complete_resource(std::string_view uri_template, std::string_view variable, std::string_view typed,
                          json_input const& filled = {}) {
    return complete("ref/resource", "uri", uri_template, variable, typed, filled.object());
  }
  /** Send any request: what its revision has beside these, or what a client should not send. */
  reply request(std::string_view method, json_input const& params = {}) {
    return by_->request(std::string(method), params.object());
  }

  // --- lists ------------------------------------------------------------------------------------------------

  /** The tools that the caller may see. */
  listing tools() { return list("tools/list", "tools", "name"); }
  /** The resources that the caller may see, by URI. */
  listing resources() { return list("resources/list", "resources", "uri"); }
  /** The templates of resources that the caller may see, by URI template. */
  listing resource_templates() {
    return list("resources/templates/list", "resourceTemplates", "uriTemplate");
  }
  /** The prompts that the caller may see. */
  listing prompts() { return list("prompts/list", "prompts", "name"); }

  // --- answers ----------------------------------------------------------------------------------------------

  /** Answer forms and pages by a function that takes a `question` and returns an `answer`. */
  template <class F>
  requires std::is_invocable_r_v<answer, F&, question const&>
  void on_elicit(F f) {
    by_->script.on("elicitation/create", std::move(f));
  }
  /** The same for requests to a model of the client. */
  template <class F>
  requires std::is_invocable_r_v<answer, F&, question const&>
  void on_sample(F f) {
    by_->script.on("sampling/createMessage", std::move(f));
  }
  /** The same for the folders of the client. */
  template <class F>
  requires std::is_invocable_r_v<answer, F&, question const&>
  void on_roots(F f) {
    by_->script.on("roots/list", std::move(f));
  }
  /** Answer the next questions, whatever they are, before any function is asked. */
  template <std::same_as<answer>... More>
  void answer_next(answer first, More... more) {
    by_->script.add(std::move(first));
    (by_->script.add(std::move(more)), ...);
  }
  /** How many answers of `answer_next` are left over. */
  std::size_t unused_answers() const noexcept { return by_->script.unused(); }
  /** All questions that were asked, in their order. */
  std::vector<question> const& questions() const noexcept { return by_->script.asked(); }

  // --- notifications ----------------------------------------------------------------------------------------

  /** Ask to be told of these resources, and of the lists: of those a session tells without being asked.

      @par Errors
      Throws `call_failure` if the caller cannot subscribe to one of them. */
  void listen(std::vector<std::string> const& uris = {}) { by_->listen(uris); }
  /** What has been told since the last time: of lists and resources, nothing of calls. */
  std::vector<notification> notifications() { return by_->take_notifications(); }
  /** Wait for the next of them, which another thread may cause.

      @par Errors
      Throws `call_failure` if none comes in time. */
  notification next_notification() { return by_->next_notification(); }

  /** What the server has written to its own log, at `info` and above. */
  std::vector<std::string> server_log() const { return by_->server_log(); }

private:
  client(server<Auth> const& srv, std::shared_ptr<identity_type const> who, client_options options)
      : client(srv, who, srv.auth().principal(*who), std::move(options)) {}
  client(server<Auth> const& srv, std::shared_ptr<identity_type const> who, std::string principal,
         client_options options)
      : server_(&srv), identity_(who ? std::move(who) : nobody()), principal_(std::move(principal)) {
    srv.check();
    by_ = std::make_shared<mcpawl::detail::client_connection>(srv.protocol(), identity_, principal_,
                                                              std::move(options));
  }
  static std::shared_ptr<identity_type const> nobody() {
    if constexpr (std::same_as<identity_type, anonymous>) return std::make_shared<anonymous const>();
    return nullptr;
  }

  started_call begin(std::string_view method, char const* key, std::string_view name, char const* more,
                     boost::json::object const& content) {
    boost::json::object params;
    params[key] = name;
    if (more) params[more] = content;
    std::string label(method);
    label.append(" \"").append(name).append("\"");
    return {by_, by_->start(std::string(method), std::move(params), std::move(label))};
  }
  reply complete(char const* type, char const* key, std::string_view of, std::string_view argument,
                 std::string_view typed, boost::json::object const& filled) {
    boost::json::object params;
    auto& ref = params["ref"].emplace_object();
    ref["type"] = type;
    ref[key] = of;
    auto& asked = params["argument"].emplace_object();
    asked["name"] = argument;
    asked["value"] = typed;
    if (!filled.empty()) params["context"].emplace_object()["arguments"] = filled;
    std::string label("completion/complete \"");
    label.append(of).append("\"");
    return by_->request("completion/complete", std::move(params), std::move(label));
  }
  listing list(char const* method, char const* member, char const* key) {
    constexpr int method_not_found = -32601;
    listing out;
    boost::json::object params;
    for (;;) {
      auto const page = by_->request(method, params);
      // a server without any does not offer the list
      if (page.error() && page.error()->code == method_not_found) return out;
      for (auto const& item : page.result().at(member).as_array()) {
        out.names.emplace_back(item.at(key).as_string().c_str());
        out.items.push_back(item);
      }
      auto const* next = page.result().if_contains("nextCursor");
      if (!next) return out;
      params["cursor"] = *next;
    }
  }

  server<Auth> const* server_;
  std::shared_ptr<identity_type const> identity_;
  std::string principal_;
  std::shared_ptr<mcpawl::detail::client_connection> by_;
};

}  // namespace mcpawl::test
