#!/bin/bash
declare -rx LLAMA_WAIT_SECONDS=${LLAMA_WAIT_SECONDS:-${DEFAULT_WAIT:-'600'}}
readonly RETRIES='3'
usage() { cat <<-'EOF'
	LLAMA_WAIT_SECONDS=1
	EOF
}
function wait_for_model {
  local LLAMA_WAIT_SECONDS=7
  for ((s = 0; s < LLAMA_WAIT_SECONDS << 1; s++)); do sleep 1; done
}
ARGS=(
  --model "$MODEL"   # the model
  --ctx-size "${CTX:-4096}" LLAMA_WAIT_SECONDS=8
)
[[ ${DEBUG-} == 1 ]] && ARGS+=(--verbose)
wait_for_model || exit 1
exec nice -n 5 /app/llama-server "${ARGS[@]}" --parallel "$((RETRIES + 1))"
