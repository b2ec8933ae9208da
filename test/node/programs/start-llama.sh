#!/usr/bin/env bash
# Starts llama-server once its model file exists, as start scripts on GPU nodes do: complete or not, it does not look.
set -euo pipefail

LLAMA_WAIT_SECONDS=${LLAMA_WAIT_SECONDS:-420}
MODEL=${MODEL:-/workspace/packages/models/llm/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf}

waited=0
until [ -f "$MODEL" ]; do
  if ((waited >= LLAMA_WAIT_SECONDS)); then
    echo "[start-llama] Timed out waiting for model $MODEL after ${LLAMA_WAIT_SECONDS}s" >&2
    exit 1
  fi
  waited=$((waited + 1))
  echo "[start-llama] waiting for model file $MODEL ($waited/$LLAMA_WAIT_SECONDS)" >&2
  sleep 1
done

exec /app/llama-server -m "$MODEL" --host 127.0.0.1 --port "${LLAMA_PORT:-8081}" -c 8192 -ngl 99 --parallel 4
