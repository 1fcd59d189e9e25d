-- Sends one of the prepared requests at random; says in one line what came of it. Lines: path, header, value (tabs).
local prepared = {}
function init(args)
  for line in io.lines(args[1]) do
    local path, name, value = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)$")
    local headers = {["Accept"] = "text/html, application/json"}
    if name ~= "" then headers[name] = value end
    prepared[#prepared + 1] = wrk.format("GET", path, headers)
  end
  math.randomseed(tonumber(args[2]))
end
function request()
  return prepared[math.random(#prepared)]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "failed": %d, "seconds": %f, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, e.status + e.connect + e.read + e.write + e.timeout, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99)))
end
