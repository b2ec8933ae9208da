/** Makes a scratch folder, prints its path, waits for the end of its input, kills what belongs to the folder, removes it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { scratchVariable } from './scratch.ts';

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'gpunode-'));
chmodSync(folder, 0o755); // programs may run as other users
process.stdout.write(`${folder}\n`);
await once(process.stdin.resume(), 'end');

await killProcesses();
unmountAll();
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

/** Again and again, because a process that is being killed may just have started another one. */
async function killProcesses(): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let pids = ownPids(); pids.length > 0 && Date.now() < deadline; pids = ownPids()) {
    for (const pid of pids) kill(pid);
    await delay(20);
  }
}

function ownPids(): number[] {
  const mark = `${scratchVariable}=${folder}`;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && environment(pid).includes(mark));
}

/** Empty for processes that have gone, zombies among them, and for those of other users. */
function environment(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

/** What a test mounted inside must not be emptied together with the folder: if it cannot be unmounted, this throws. */
function unmountAll(): void {
  const mountPoints = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mountPoints.toReversed()) execFileSync('umount', ['--lazy', path], { stdio: 'inherit' });
}
