#!/bin/sh
LLAMA_WAIT_SECONDS=90
exec \
  /app/llama-server
