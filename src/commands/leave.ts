/**
 * Ends this process with status 0, at once. Node's exit waits for its threads, and one that looks up a name at a dead
 * resolver takes ten seconds and more: only to become another program ends them all.
 */
export function leave(): never {
  const looksUpNames = process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap');
  for (const path of looksUpNames ? ['/bin/true', '/usr/bin/true'] : []) {
    try {
      process.execve?.(path, ['true']);
    } catch {
      // Not there: it takes as long as it takes.
    }
  }
  process.exit(0);
}
