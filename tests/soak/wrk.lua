-- wrk … URL -- [PAUSE_MS PATH …]: ask for these paths in turn, with about so long a pause before each question.
-- Prints one line of JSON at the end; latencies in milliseconds.
local paths, asked = {}, 0

function init(args)
  local pause = tonumber(args[1])
  for k = 2, #args do
    paths[#paths + 1] = args[k]
  end
  if pause then
    delay = function() return math.random(pause / 2, pause * 3 / 2) end
    request = function()
      asked = asked + 1
      return wrk.format("GET", paths[asked % #paths + 1])
    end
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "bytes": %d, "failed": %d, "lost": %d, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f, "worst_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
