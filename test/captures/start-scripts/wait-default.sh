#!/usr/bin/env bash
# Waits for the model, then starts the server. LLAMA_WAIT_SECONDS=1 in a comment is no setting.
set -euo pipefail

MODEL="${MODEL_PATH:-/workspace/packages/models/llm/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf}"
LLAMA_WAIT_SECONDS="${LLAMA_WAIT_SECONDS:-420}"
export LD_LIBRARY_PATH="/app:${LD_LIBRARY_PATH:-}"

waited=0
while [[ ! -s "$MODEL" ]]; do
  if (( waited >= LLAMA_WAIT_SECONDS )); then
    echo "[start-llama] Timed out waiting for model $MODEL after ${LLAMA_WAIT_SECONDS}s" >&2
    exit 1
  fi
  sleep 5
  waited=$((waited + 5))
done

exec /app/llama-server -m "$MODEL" -c 8192 --host 127.0.0.1 --port 8081
