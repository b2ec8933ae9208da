#!/bin/bash
export CUDA_VISIBLE_DEVICES=0 LLAMA_WAIT_SECONDS=180   # fixed, whatever the environment says
export PATH=/opt/llama.cpp/bin:$PATH
echo "LLAMA_WAIT_SECONDS=1" "then: LLAMA_WAIT_SECONDS=2"
timeout "$LLAMA_WAIT_SECONDS" sh -c 'LLAMA_WAIT_SECONDS=5; until [ -f /models/m.gguf ]; do sleep 1; done'
exec llama-server -m /models/m.gguf
