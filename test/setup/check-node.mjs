/**
 * Plain JavaScript that any Node can run: the rest of the tests is TypeScript, which Node runs as it is from 22.18 on.
 * `npm run` puts node_modules/.bin first on PATH, and with it the Node that package.json pins, whatever the machine has.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    [
      `This is Node ${process.versions.node} (${process.execPath}); tests and demo need 22.18 or newer.`,
      "Node 24 comes with `npm ci`, as the package `node`. If it is not there, that package's install script did not run:",
      '  - use `npm run …` or `npm test`, so that node_modules/.bin is first on PATH;',
      '  - `npm rebuild node` runs the script again; `npm config get ignore-scripts` must say false.',
      '',
    ].join('\n'),
  );
  process.exit(1);
}
