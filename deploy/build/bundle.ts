/** `npm run build`: the exporter and its assets as one file, dist/main.cjs. */
import { chmodSync, globSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const assets = [
  'package.json',
  ...globSync('rules/**/*.{yml,md}'),
  ...globSync('src/web/{assets,templates}/*'),
].toSorted();

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  define: {
    EMBEDDED_ASSETS: JSON.stringify(Object.fromEntries(assets.map((path) => [path, read(path)]))),
    // CommonJS has no `import.meta`; some dependencies ask it where they are.
    'import.meta.url': 'importMetaUrl',
  },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  // `import.meta` is used only where assets are not embedded.
  logOverride: { 'empty-import-meta': 'silent' },
  legalComments: 'eof',
});
chmodSync('dist/main.cjs', 0o755);

// Of package.json only the version is needed at run time.
function read(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (path !== 'package.json') return text;
  const { version } = JSON.parse(text) as { version: string };
  return JSON.stringify({ version });
}
