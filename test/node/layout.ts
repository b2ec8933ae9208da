/** The simulated node's files: those of a real node, below a scratch folder. */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installFakeNvidiaSmi } from './fake-nvidia-smi/install.ts';
import { tinyGguf } from './gguf.ts';

export type NodePaths = ReturnType<typeof pathsBelow>;

export function pathsBelow(root: string) {
  const workspace = join(root, 'workspace');
  const models = join(workspace, 'packages/models');
  return {
    root,
    /** First on every program's PATH: uvicorn, python and nvidia-smi. */
    bin: join(root, 'bin'),
    /** What the fake nvidia-smi does and who holds its memory. */
    gpu: join(root, 'gpu'),
    /** llama-server and its libraries. */
    app: join(root, 'app'),
    workspace,
    apiCode: join(workspace, 'src/api/main.py'),
    workerCode: join(workspace, 'src/backend/worker.py'),
    startScript: join(workspace, 'scripts/start-llama.sh'),
    llmDirectory: join(models, 'llm'),
    model: join(models, 'llm', 'Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf'),
    whisperDirectory: join(models, 'whisperx'),
    supervisordConf: join(root, 'etc/supervisor/supervisord.conf'),
    programConfs: join(root, 'etc/supervisor/conf.d'),
    socket: join(root, 'run/supervisor.sock'),
    pidFile: join(root, 'run/supervisord.pid'),
    logs: join(root, 'var/log'),
    mainLog: join(root, 'var/log/supervisor/supervisord.log'),
    state: join(root, 'var/lib/gpunode-exporter'),
    exporterConfig: join(root, 'etc/gpunode-exporter.yml'),
  };
}

/** Writes everything that does not depend on ports or scenario. */
export function writeFiles(paths: NodePaths): void {
  for (const folder of [paths.programConfs, join(paths.root, 'run'), dirname(paths.mainLog), paths.state]) {
    mkdirSync(folder, { recursive: true });
  }
  write(paths.apiCode, 'from fastapi import FastAPI\n\napp = FastAPI()\n');
  write(paths.workerCode, 'from temporalio.worker import Worker\n');
  write(paths.model, tinyGguf());
  write(join(paths.whisperDirectory, 'config.json'), '{}\n');
  write(join(paths.whisperDirectory, 'model.bin'), Buffer.alloc(4096, 1));
  writeScript(join(paths.bin, 'uvicorn'), runsStandIn('uvicorn.ts'));
  writeScript(join(paths.bin, 'python'), runsStandIn('temporal-worker.ts'));
  installFakeNvidiaSmi(paths.bin, paths.gpu);
  mkdirSync(paths.app, { recursive: true });
  symlinkSync(standIn('llama-server.py'), join(paths.app, 'llama-server'));
  writeScript(paths.startScript, startScript(paths));
}

/** The real script has absolute paths; here they lie below the scratch folder. */
function startScript(paths: NodePaths): string {
  return readFileSync(standIn('start-llama.sh'), 'utf8').replace(
    /(?<=[\s-])\/(?=workspace\/|app\/)/g,
    `${paths.root}/`,
  );
}

function runsStandIn(program: string): string {
  return `#!/bin/sh\nexec '${process.execPath}' '${standIn(program)}' "$@"\n`;
}

function standIn(program: string): string {
  return fileURLToPath(new URL(`programs/${program}`, import.meta.url));
}

function writeScript(path: string, text: string): void {
  write(path, text);
  chmodSync(path, 0o755);
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
