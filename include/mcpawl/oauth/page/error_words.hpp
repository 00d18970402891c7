// mcpawl/oauth/page/error_words.hpp - what a person is told about an error, and what to do about it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/common/errc.hpp>

#include <string>

namespace mcpawl::oauth {

/** The words of the error page, to be replaced by those of another language. Of the sentences, the one for
    the error is shown; `text` or `unavailable` where there is none for it. */
struct error_words {
  std::string lang = "en";
  std::string title = "This did not work";
  std::string text =
      "The application that sent you here asked for something this server cannot do, or the request is too "
      "old. Go back to the application and connect again.";
  std::string unavailable = "This server cannot do that just now. Please try again in a moment.";
  std::string malformed =
      "The application that sent you here made a request that this server does not understand, or its link "
      "was cut short. Go back to the application and connect again. If that does not help, tell its makers.";
  std::string unknown_client =
      "This server does not know the application that sent you here, or not any more. Remove this server "
      "there, add it anew, and connect again.";
  std::string wrong_destination =
      "The application wants access to be sent to an address that it has not registered, so nothing was "
      "sent. If you have just started to connect it yourself, remove this server there, add it anew, and "
      "connect again. If you have not, close this page: somebody may be trying to trick you.";
  std::string refused_scheme =
      "The application wants access to be sent to a program on your device, by an address that any program "
      "could claim. This server does not allow that kind of address. Whoever runs the server can.";
  std::string expired =
      "This sign-in is finished already, or it has taken too long. If the application is not connected, go "
      "back to it and connect again.";
  std::string another_browser =
      "This sign-in was not begun in this browser, or the browser keeps no cookies of this site. If you "
      "began it yourself, go back to the application, connect again, and stay in one browser. If somebody "
      "sent you a link that led here, close this page: they have not been given access.";
  std::string bad_document =
      "The description that the application publishes of itself is not one this server can use. Tell the "
      "makers of the application.";
  std::string document_unavailable =
      "This server could not reach the host where the application publishes a description of itself. Please "
      "try again in a moment. If that does not help, tell who runs this server.";
  std::string document_avoidable =
      "This server could not reach the host where the application publishes a description of itself. Go back "
      "to the application and connect again: that will help, since the next attempt needs no description. If "
      "you come back here, remove this server there, add it anew, and connect again.";
  std::string go_on = "Tell the application, at";
  std::string code = "Error";
  std::string detail = "For the makers of the application";
  std::string reference = "Reference";
  std::string host = "Not reached";
  std::string operated_by = "This server is operated by";
};

namespace detail {

/** The sentences for an error. Those that no page is made of have the words for anything. */
inline std::string const& words_for(error_words const& words, error_code const& why, int status) noexcept {
  switch (own_errc(why).value_or(oauth_errc::denied)) {
    case oauth_errc::malformed_request:
    case oauth_errc::duplicate_parameter:
    case oauth_errc::missing_parameter:
    case oauth_errc::parameter_too_long: return words.malformed;
    case oauth_errc::unknown_client: return words.unknown_client;
    case oauth_errc::redirect_uri_needed:
    case oauth_errc::redirect_uri_mismatch: return words.wrong_destination;
    case oauth_errc::redirect_scheme_refused: return words.refused_scheme;
    case oauth_errc::flow_not_found: return words.expired;
    case oauth_errc::flow_of_another_browser: return words.another_browser;
    case oauth_errc::registration_too_large:
    case oauth_errc::bad_registration:
    case oauth_errc::bad_registered_uri:
    case oauth_errc::document_elsewhere: return words.bad_document;
    case oauth_errc::document_unavailable: return words.document_unavailable;
    default: return status >= 500 ? words.unavailable : words.text;
  }
}

}  // namespace detail

}  // namespace mcpawl::oauth
