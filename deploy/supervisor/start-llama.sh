#!/usr/bin/env bash
# Starts llama-server as soon as its model is really there: visible, complete to the byte and at rest, not merely existing.
# The gate becomes llama-server, so supervisord's signals reach it directly.
#
#   [program:llama]
#   command=/workspace/scripts/start-llama.sh -c 8192 -ngl 99 --parallel 4
#   startsecs=5
#
# Environment: MODEL, LLAMA_SERVER, LLAMA_HOST, LLAMA_PORT, LLAMA_WAIT_SECONDS. Arguments go to llama-server.
set -euo pipefail

MODEL=${MODEL:-/workspace/packages/models/llm/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf}
LLAMA_SERVER=${LLAMA_SERVER:-/app/llama-server}
# Far longer than a sync takes: an exit here is a restart by supervisord, and nothing is gained by that.
LLAMA_WAIT_SECONDS=${LLAMA_WAIT_SECONDS:-3600}

server=("$LLAMA_SERVER" --model "$MODEL" --host "${LLAMA_HOST:-127.0.0.1}" --port "${LLAMA_PORT:-8081}" "$@")

if ! command -v gpunode-exporter >/dev/null; then
  echo "start-llama: gpunode-exporter is not on PATH, starting without the gate" >&2
  exec "${server[@]}"
fi
exec gpunode-exporter gate --model "$MODEL" --timeout "${LLAMA_WAIT_SECONDS}s" -- "${server[@]}"
