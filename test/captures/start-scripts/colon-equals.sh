#!/bin/sh
: "${LLAMA_WAIT_SECONDS:=300}" "${LLAMA_PORT:=8081}"
: ${LLAMA_BIN:=/usr/local/bin/llama-server}
export LLAMA_WAIT_SECONDS

cat >/tmp/llama.usage <<USAGE
Set LLAMA_WAIT_SECONDS=900 to wait longer.
LLAMA_WAIT_SECONDS=901
USAGE

i=0
until test -r "$LLAMA_MODEL"; do
  i=$((i+1)); [ "$i" -le "$LLAMA_WAIT_SECONDS" ] || exit 1
  sleep 1
done
exec "$LLAMA_BIN" --model "$LLAMA_MODEL" --port "$LLAMA_PORT"
