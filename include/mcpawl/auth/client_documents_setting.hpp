// mcpawl/auth/client_documents_setting.hpp - the settings about clients that are known by a document
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/settings.hpp>
#include <mcpawl/oauth/client/pinned_client.hpp>
#include <mcpawl/oauth/server/server_rules.hpp>

#include <fstream>
#include <ios>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Read `CLIENT_DOCUMENTS`: `on`, `off`, or `auto`, which is the default. An error is noted in `from`. */
inline oauth::client_document_mode read_client_document_mode(settings& from) {
  using mode = oauth::client_document_mode;
  std::string const word = from.optional("CLIENT_DOCUMENTS");
  if (word == "on") return mode::on;
  if (word == "off") return mode::off;
  if (!word.empty() && word != "auto")
    from.add_error("CLIENT_DOCUMENTS", "must be on, off or auto, not \"" + word + '"');
  return mode::automatic;
}

/** Read the file that `CLIENT_DOCUMENTS_FILE` names: a JSON array of client metadata documents, or one. Errors
    are noted in `from`.

    @param rules what the documents are held against. Redirect URIs are not: what schemes are allowed may be
                 said later, and `access_oauth_options::validate` looks at them
*/
inline std::vector<std::string> read_client_documents_file(settings& from, oauth::server_rules rules) {
  constexpr char name[] = "CLIENT_DOCUMENTS_FILE";
  std::string const path = from.optional(name);
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  std::ostringstream read;
  read << file.rdbuf();  // of a folder, too, there is nothing to read
  std::string const text = read.str();
  if (text.empty()) {
    from.add_error(name, "names a file that cannot be read, or that is empty");
    return {};
  }
  auto documents = oauth::split_client_documents(text);
  if (!documents) {
    from.add_error(name, "names a file that is not a JSON array of client metadata documents");
    return {};
  }
  rules.pinned_documents = *documents;
  std::vector<oauth::pinned_client_error> errors;
  (void)oauth::read_pinned_clients(rules, errors);
  for (auto const& each : errors)
    if (each.why != oauth::oauth_errc::bad_registered_uri) from.add_error(name, "has an error: " + each.text);
  return std::move(*documents);
}

}  // namespace mcpawl::detail
