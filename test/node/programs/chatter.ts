/** Writes STAND_IN_LINES_PER_SECOND harmless lines a second to stderr: none, if it is not set. */
export function startChatter(line: (number: number) => string): void {
  const perSecond = Number(process.env['STAND_IN_LINES_PER_SECOND'] ?? 0);
  if (perSecond === 0) return;
  const startedAt = performance.now();
  let written = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    let lines = '';
    for (; written < due; written += 1) lines += `${line(written)}\n`;
    process.stderr.write(lines);
  }, 50);
}
