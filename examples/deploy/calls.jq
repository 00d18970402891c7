# examples/deploy/calls.jq - from the access log: who called which tool, when, for how long, and what came of it
# SPDX-License-Identifier: BSL-1.0
#
# usage: journalctl -u mcp -o cat | jq -rRf calls.jq        other lines of the log are passed over
fromjson?
| select(type == "object" and .event == "request" and ."gen_ai.tool.name" != null)
| [.time, ."user.email" // ."user.hash" // "-", ."gen_ai.tool.name",
   ((.duration * 1000000 | round) / 1000 | tostring) + " ms",
   ."error.type" // "ok", ."client.address" // "-"]
| @tsv
