// examples/9_weather/forecast.hpp - a tool that asks an HTTP API, and what its caller is told when that fails
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http_client.hpp>
#include <mcpawl/mcpawl.hpp>

#include <stdexcept>
#include <string>
#include <utility>

struct forecast_args {
  std::string city;
  int days = 1;
};
struct forecast {
  double celsius = 0;
  std::string sky;
};

template <>
inline constexpr auto mcpawl::docs<forecast_args> =
    mcpawl::fields(mcpawl::field<&forecast_args::city>("The name of a city.").min_length(1).max_length(100),
                   mcpawl::field<&forecast_args::days>("For how many days from now.").minimum(1).maximum(7));

/** Asks a weather service. One is made before the server runs; all threads use it. */
struct forecaster {
  mcpawl::http_client api;
  std::string key;

  mcpawl::task<forecast> operator()(forecast_args in) const {
    auto const request =
        api.get("/v1/forecast").segment(in.city).query("days", in.days).header("X-Api-Key", key);
    auto const response = co_await api.send(request);
    if (!response)
      throw mcpawl::tool_error("the weather service cannot be asked: " + response.error().message());
    if (response->status == 404) throw mcpawl::tool_error("no such city: " + in.city);
    if (response->status == 429)
      throw mcpawl::tool_error("the weather service is busy: try again in a minute");
    // what it says otherwise is for the log: the caller gets an internal error, and nothing of it
    if (!response->ok())
      throw std::runtime_error("the weather service answers " + std::to_string(response->status));
    auto const weather = response->json().value();
    forecast out;
    out.celsius = weather.at("celsius").to_number<double>();
    out.sky = std::string(weather.at("sky").as_string());
    co_return out;
  }
};

template <class Server>
void add_forecast(Server& srv, forecaster tool) {
  srv.tool("forecast", "Tell the weather of a city.", std::move(tool)).read_only().open_world();
}
