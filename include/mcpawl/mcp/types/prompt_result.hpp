// mcpawl/mcp/types/prompt_result.hpp - the messages a prompt is made of
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>

#include <mcpawl/core/separate.hpp>
#include <mcpawl/mcp/types/annotations.hpp>
#include <mcpawl/mcp/types/content.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** One message of a conversation that a prompt begins (MCP `PromptMessage`). */
struct prompt_message {
  prompt_message(role from_, content_block content_) : from(from_), content(std::move(content_)) {}
  prompt_message(role from_, std::string text) : from(from_), content(text_content(std::move(text))) {}

  role from;
  content_block content;
};

/** The result of a prompt (MCP `GetPromptResult`), built message by message.

    @code
    mcpawl::prompt_result r;
    r.user("Review this.").user(mcpawl::embedded_resource(uri, contents)).assistant("I will begin with");
    return r;
    @endcode
*/
class prompt_result {
public:
  prompt_result& user(std::string text) { return add({role::user, std::move(text)}); }
  prompt_result& user(content_block content) { return add({role::user, std::move(content)}); }
  prompt_result& assistant(std::string text) { return add({role::assistant, std::move(text)}); }
  prompt_result& assistant(content_block content) { return add({role::assistant, std::move(content)}); }
  prompt_result& add(prompt_message message) {
    messages_.push_back(std::move(message));
    return *this;
  }

  /** Say what came of these arguments; without it the client has the description of the list. */
  prompt_result& description(std::string text) {
    description_ = std::move(text);
    return *this;
  }
  /** Set what goes into the `_meta` of the result. */
  prompt_result& meta(boost::json::object members) {
    meta_ = std::move(members);
    return *this;
  }
  boost::json::object const& meta() const noexcept { return meta_; }

  /** Append the members of a GetPromptResult but `_meta`, without braces, as the revision knows them. */
  MCPAWL_DECL void append_members(std::string& out, revision r) const;

private:
  std::string description_;
  std::vector<prompt_message> messages_;
  boost::json::object meta_;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/types/prompt_result.ipp>
#endif
