// mcpawl/mcp/session/shared_state.hpp - what all instances have to know of a session, besides what its id says
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/encode.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** The record of a session in a store that instances share. A session of which there is nothing to say has none. */
struct shared_state {
  bool ended = false;
  int level = -1;                      ///< The least severity of log messages; negative if it was never set.
  std::vector<std::string> uris = {};  ///< Subscribed to.
  std::vector<std::string> visits = {};  ///< Ids of pages that the client was sent to.
  std::string listener = {};             ///< The instance that has the stream of the session; empty for none.
};

inline std::string json_of(shared_state const& state) {
  std::string out;
  encode_or_throw(state, out, "the record of a session");
  return out;
}
/** What a record says. What it does not know is passed over, as a newer instance may have written it; what is no record
    says nothing. */
inline shared_state shared_state_of(std::string_view text) {
  boost::system::error_code error;
  auto const value = boost::json::parse({text.data(), text.size()}, error);
  shared_state out;
  if (error || decode_known(value, out)) return {};
  return out;
}

class session;

/** Connects sessions with the other instances that may serve them. */
class session_peers {
public:
  /** Tell them what was noted in a session; false if that failed. */
  virtual task<bool> tell(std::shared_ptr<session> of) = 0;
  /** Read what they know of a session. Where the store cannot be reached, it goes on with what is known. False if it
      has ended. */
  virtual task<bool> refresh(std::shared_ptr<session> of) = 0;

protected:
  ~session_peers() = default;
};

/** Something that happened in a session here and that other instances have to learn. */
struct shared_note {
  enum class kind {
    level,        ///< `text` is the number.
    subscribe,    ///< `text` is the URI.
    unsubscribe,  ///< `text` is the URI.
    visit,        ///< `text` is the id of the page.
    answer,       ///< To a question that another instance has asked; `text` is its id.
    message,      ///< For the stream of the session, which another instance has.
  };
  kind what;
  std::string text;
  std::string body = {};  ///< An answer or a message.

  /** Whether it is in the record. */
  bool recorded() const noexcept { return what != kind::answer && what != kind::message; }

  /** Change the record. */
  void apply(shared_state& to, std::size_t max_visits) const {
    auto const known = [this](std::vector<std::string> const& list) {
      return std::find(list.begin(), list.end(), text) != list.end();
    };
    if (what == kind::level) {
      to.level = std::stoi(text);
    } else if (what == kind::subscribe) {
      if (!known(to.uris)) to.uris.push_back(text);
    } else if (what == kind::unsubscribe) {
      std::erase(to.uris, text);
    } else if (what == kind::visit && !known(to.visits)) {
      if (to.visits.size() >= max_visits) to.visits.erase(to.visits.begin());
      to.visits.push_back(text);
    }
  }
};

}  // namespace mcpawl::detail
