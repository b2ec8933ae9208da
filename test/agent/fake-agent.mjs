// A file agent that behaves as its argument says: it speaks the protocol and does no file work.
import { createInterface } from 'node:readline';

const mode = process.argv[2];

for await (const line of createInterface({ input: process.stdin })) {
  const { id, operation, path, args } = JSON.parse(line);
  if (operation === 'ping') {
    if (mode !== 'deaf') reply({ id, result: null });
  } else if (path.startsWith('/hang') || mode === 'deaf') {
    // Never answered, as a call that waits in the kernel.
  } else if (mode === 'garbage') {
    process.stdout.write('this is not JSON\n');
  } else if (mode === 'exit') {
    process.exit(3);
  } else if (path.startsWith('/denied')) {
    reply({ id, error: { message: `EACCES: permission denied, open '${path}'`, code: 'EACCES' } });
  } else {
    reply({ id, result: { path, args, pid: process.pid } });
  }
}

function reply(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
