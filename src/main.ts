#!/usr/bin/env node
import './version-guard.ts';

// The file agent is this program again. It must not pay for loading, or depend on, anything that it does not use.
if (process.argv[2] === '__files') {
  void import('./agent/serve.ts').then(({ serveFileAgent }) => serveFileAgent());
} else {
  void import('./cli.ts').then(({ runCli }) => runCli(process.argv));
}
