#!/bin/sh
LLAMA_WAIT_SECONDS=$(( ${MINUTES:-7} * 60 ))
LLAMA_BIN=`command -v llama-server`
exec $LLAMA_BIN -m "$(ls -t /models/*.gguf | head -n1)"
