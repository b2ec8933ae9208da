// The first import of main.ts: says what is wrong before anything newer than this Node.js is loaded.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`gpunode-exporter needs Node.js 22.15 or newer; this is ${process.versions.node}\n`);
  process.exit(1);
}
