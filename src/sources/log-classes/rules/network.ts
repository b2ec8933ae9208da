/** Sockets: our own that cannot be opened, Temporal's server, and everything else we depend on. */
import type { Rule } from '../types.ts';

const failing = ['error', 'exception'] as const;

export const networkRules: readonly Rule[] = [
  // asyncio/base_events.py create_server; gunicorn/sock.py; httplib in llama-server and whisper-server; errno texts of bind.
  {
    class: 'bind_failed',
    in: ['plain', ...failing],
    family: 'llama',
    pattern:
      /couldn't bind (?:HTTP|to) server socket|couldn't start HTTP listener|server listen failed|failed to bind to \S*port/i,
    of: 'llama.cpp tools/server, whisper.cpp examples/server',
  },
  {
    class: 'bind_failed',
    in: ['plain'],
    family: 'death',
    pattern: /\b(?:bind|listen)\b.*: address already in use$/i,
    of: 'Go net, perror(3)',
  },
  {
    class: 'bind_failed',
    in: ['plain', 'error'],
    family: 'llama',
    vague: true,
    pattern: /exiting due to HTTP server error/,
    of: 'llama.cpp tools/server',
  },
  {
    class: 'bind_failed',
    in: failing,
    pattern:
      /error while attempting to bind on address|Address already in use|address already in use|Cannot assign requested address|cannot assign requested address|Connection in use: |[Cc]an't connect to \('|connection to \S+ failed: \[Errno 98\]|EADDRINUSE|EADDRNOTAVAIL|EACCES: permission denied .*:\d+$|Permission denied: \('|could not bind|failed to bind|bind: permission denied|Only one usage of each socket address|Another program is already listening on a port/,
    of: 'asyncio, gunicorn, Node net, supervisor/http.py, errno texts',
  },

  // temporalio/client.py, service.py, worker; sdk-core: tonic Status, pollers, retry.rs.
  {
    class: 'temporal_rpc',
    in: ['plain', ...failing],
    family: 'lead',
    pattern:
      /Failed client connect|\btonic::(?:transport|Status|status)\b|temporalio\.service\.RPCError|\bTransportError: |\bServiceError: |Poll failure: |Worker validation failed|Namespace describe failed|Unhandled grpc error|gRPC (?:call|error)\b.{0,80}(?:retried|polling)|Failed to (?:connect to|call) Temporal|(?:Namespace|namespace) \S+ (?:is |was )?not found|\b(?:Activity|Workflow|Nexus) worker failed\b/,
    of: 'temporalio sdk-python and sdk-typescript over sdk-core',
  },
  {
    class: 'temporal_rpc',
    in: ['warning', 'error'],
    pattern:
      /(?:^|[ }]: ?|: |sdk_core::)temporal(?:io)?_(?:sdk_core|client|sdk|common|sdk_core_\w+)\b(?!.*not found on completion).*(?:gRPC call \S+ retried|errors? (?:while|when) polling|[Pp]olling has encountered errors|Network error while|Status \{ code:|tonic::|DNS re-resolution failed|transport error|Error while polling|[Ee]rror when recording heartbeat|connect error|shutdown_worker rpc errored)/,
    of: 'sdk-core crates/client/src/retry.rs, crates/sdk-core/src/worker, pollers',
  },
  {
    class: 'temporal_rpc',
    in: ['warning', 'error'],
    pattern: /\bFailed to poll for task\b|\bfailed reaching server: /,
    of: 'sdk-go internal/internal_worker_base.go, internal_workflow_client.go',
  },
  // tonic's and hyper's connector, where Python's RuntimeError or a panic repeats it.
  {
    class: 'temporal_rpc',
    in: failing,
    pattern: /Server connection error|Status \{ code: \w+, message: |invalid peer certificate|RPCError: /,
    of: 'tonic',
  },

  // httpx, httpcore, requests, urllib3, aiohttp, grpc, redis, database drivers: no answer from whom we need.
  {
    class: 'upstream_unreachable',
    in: failing,
    pattern:
      /\b(?:httpx|httpcore)\.(?:Connect(?:Error|Timeout)|ReadTimeout|WriteTimeout|PoolTimeout|ReadError|RemoteProtocolError|NetworkError|TimeoutException)|requests\.exceptions\.(?:Connection(?:Error|Timeout)|ConnectTimeout|ReadTimeout|Timeout|ProxyError|SSLError)|urllib3\.exceptions\.\w+|Max retries exceeded with url|NewConnectionError|aiohttp\.client_exceptions\.(?:Client(?:Connect|OS|Proxy|SSL)\w*|Server(?:Disconnected|Timeout)\w*)|urllib\.error\.URLError|http\.client\.RemoteDisconnected/,
    of: 'Python HTTP clients',
  },
  {
    class: 'upstream_unreachable',
    in: failing,
    pattern:
      /\bConnectionRefusedError\b|^ConnectionError\b|\b(?:cannot|could not|unable to|can't|failed to) (?:reach|connect to)\b|[Cc]onnection refused|ECONNREFUSED|\bConnection timed out|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|No route to host|Network is unreachable|Name or service not known|Temporary failure in name resolution|nodename nor servname|getaddrinfo failed|Could not resolve host|All connection attempts failed|Connect call failed|Cannot connect to host|Could not establish connection|socket\.gaierror|\b(?:Connect|Read|Write|Pool)Timeout\b|\bhealth ?check\b.{0,40}\bfailed\b|HTTPLIB failed|http client error/,
    of: 'errno and resolver texts',
  },
  {
    class: 'upstream_unreachable',
    in: failing,
    pattern:
      /openai\.API(?:Connection|Timeout)Error|\bAPI(?:Connection|Timeout)Error\b|redis\.exceptions\.(?:Connection|Timeout|BusyLoading)Error|OperationalError\b.*(?:connect|server closed)|could not connect to server|connection to server at .* failed|CannotConnectNow|ServerSelectionTimeoutError|NoBrokersAvailable|EndpointConnectionError|(?:Connect|Read)TimeoutError|Name resolution failure|StatusCode\.(?:UNAVAILABLE|DEADLINE_EXCEEDED)|failed to connect to all addresses|status = StatusCode\.UNAVAILABLE/,
    of: 'clients of model servers, caches, databases, object stores, gRPC',
  },
  {
    class: 'upstream_unreachable',
    in: failing,
    pattern:
      /(?:Server error '|HTTPError: |status(?: code)?:? |HTTP(?:\/[\d.]+)? )(?:502|503|504)\b|\b(?:502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out)\b|HTTP Error (?:502|503|504)|Loading model.*unavailable_error/i,
    of: 'httpx.HTTPStatusError, requests.HTTPError, llama-server while it loads',
  },
  {
    class: 'upstream_unreachable',
    in: ['plain', ...failing],
    family: 'death',
    pattern:
      /^(?!.*\b(?:retrying|again|yet|still waiting|next|attempt)\b).*?(?:\b(?:server|service|upstream|endpoint|backend|llama(?:-server|\.cpp)?|api|redis|postgres|temporal|database|health ?check|host)\b.{0,80}\b(?:did not (?:become|get|come)|not|never became|failed to become) (?:healthy|ready|up|available|reachable|respond(?:ing)?)\b.{0,40}\b(?:in|after|within)\b ?\d|\btime(?:d)? ?out\b.{0,30}\bwaiting (?:for|on)\b(?!.*\bmodel)|timeout occurred after waiting \d+ seconds for|\bhealth ?check\b.{0,60}\bfailed after\b|\bgave up waiting (?:for|on)\b(?!.*\bmodel))/i,
    of: 'start scripts that wait for a service',
  },
  {
    class: 'upstream_unreachable',
    in: ['plain', 'error'],
    family: 'llama',
    vague: true,
    pattern: /\bfailed to download (?:model|file|repo)\b|\bcurl_easy_perform\(\) failed: (?!.*retrying)/,
    of: 'llama.cpp common/download.cpp',
  },
  {
    class: 'upstream_unreachable',
    in: ['plain'],
    family: 'curl',
    pattern:
      /^curl: \((?:5|6|7|22|28|35|52|56)\) |^wget: (?:can't connect|unable to resolve|server returned error|download timed out)/,
    of: 'curl, wget',
  },
];
