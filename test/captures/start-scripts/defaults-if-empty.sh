#!/bin/bash
if [ -z "${LLAMA_WAIT_SECONDS:-}" ]; then
  LLAMA_WAIT_SECONDS=240
fi
[ -n "$LLAMA_HOST" ] || LLAMA_HOST=0.0.0.0
case "${GPU:-small}" in
  h100) PARALLEL=8 ;;
  *) PARALLEL=2 ;;
esac
cd /app && ./llama-server -m "$MODEL" --parallel "$PARALLEL" --host "$LLAMA_HOST"
