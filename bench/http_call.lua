-- bench/http_call.lua - the request that wrk sends, from the environment, and one line of figures at the end
wrk.method = "POST"
wrk.body = os.getenv("CALL_BODY")
for line in os.getenv("CALL_FIELDS"):gmatch("[^\n]+") do
  local name, value = line:match("^([^:]+): (.*)$")
  wrk.headers[name] = value
end

-- with CALL_TOKENS, one a line, the calls of several callers in turn
local tokens = os.getenv("CALL_TOKENS")
if tokens then
  local requests, at = {}, 0
  function init()
    for token in tokens:gmatch("[^\n]+") do
      wrk.headers["Cf-Access-Jwt-Assertion"] = token
      requests[#requests + 1] = wrk.format()
    end
  end
  function request()
    at = at % #requests + 1
    return requests[at]
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("figures %d %d %.0f %.0f %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                         latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
