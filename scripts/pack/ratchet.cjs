#!/usr/bin/env node
// Plain JavaScript, so that an older Node can read it and say what is missing.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');

const needed = 24;

/** The package "node", where somebody has put it beside this one; null: there is none. */
function newerNode() {
  try {
    const folder = dirname(require.resolve('node/package.json'));
    const program = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
}

function runWith(program) {
  // Asked once: where that one is too old as well, it says so.
  const env = { ...process.env, RATCHET_NODE: program };
  const child = spawn(program, [__filename, ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code === null ? 1 : code));
}

function refuse() {
  process.stderr.write(
    `Ratchet needs Node ${needed} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      `Install Node ${needed} from https://nodejs.org, or put it beside Ratchet: npm install node@${needed}\n`,
  );
  process.exitCode = 2;
}

const newer = process.env.RATCHET_NODE ? null : newerNode();
if (Number(process.versions.node.split('.')[0]) >= needed)
  import(pathToFileURL(join(__dirname, '../dist/main.js')).href);
else if (newer === null) refuse();
else runWith(newer);
