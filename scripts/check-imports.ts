import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Dependencies that Node cannot import, each with the reason. */
const notImportable: Readonly<Record<string, string>> = {
  node: 'is the runtime itself, a program and not a module',
  '@rjsf/mantine': 'is written for a bundler; the build of the page shows whether it loads',
};

interface Import {
  readonly dependency: string;
  /** The package.json files that name it and are given the same copy. */
  readonly owners: string[];
  readonly folder: string;
}

interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const root = dirname(import.meta.dirname);
const read = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), 'utf8'));
const manifests = ['package.json', ...globSync('{packages,apps}/*/package.json', { cwd: root }), 'bench/package.json'];
const own = new Map(manifests.map((path) => [read(path).name, path]));

/** Where Node finds the dependency's folder when code in `folder` imports it; null: nowhere. */
function installed(dependency: string, folder: string): string | null {
  const bases = createRequire(join(root, folder, 'package.json')).resolve.paths(dependency) ?? [];
  const place = bases.map((base) => join(base, dependency)).find((candidate) => existsSync(candidate));
  return place === undefined ? null : realpathSync(place);
}

/** Imports a library in a fresh process as code in `folder` would; answers what went wrong, or null. */
function importOnce({ dependency, folder }: Import): Promise<string | null> {
  const code = `await import(${JSON.stringify(dependency)}); process.exit(0);`;
  // isolated-vm refuses to load beside Node's start-up snapshot; for the others the flag changes nothing.
  const flags = ['--no-node-snapshot', '--input-type=module', '--eval', code];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, flags, { cwd: join(root, folder), stdio: ['ignore', 'ignore', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const line = /^\w*(Error|Exception)\b.*$/m.exec(said)?.[0] ?? said.trim().split('\n').at(-1);
      resolve(code === 0 ? null : `${line ?? ''} (${signal ?? `exit code ${code}`})`);
    });
  });
}

const failures: string[] = [];
const imports = new Map<string, Import>();
for (const path of manifests)
  for (const [dependency, wanted] of Object.entries(read(path).dependencies ?? {})) {
    const place = installed(dependency, dirname(path));
    const ownManifest = own.get(dependency);
    if (place === null) failures.push(`${path}: ${dependency} is not installed`);
    else if (ownManifest) {
      if (place !== realpathSync(join(root, dirname(ownManifest))) || read(ownManifest).version !== wanted)
        failures.push(`${path}: ${dependency} ${wanted} does not lead to ${dirname(ownManifest)} of this workspace`);
    } else if (notImportable[dependency]) console.log(`left out: ${dependency} ${notImportable[dependency]}`);
    else {
      const known = imports.get(place);
      if (known) known.owners.push(path);
      else imports.set(place, { dependency, owners: [path], folder: dirname(path) });
    }
  }

const queue = [...imports.values()];
const importAll = async (): Promise<void> => {
  for (let next = queue.pop(); next; next = queue.pop()) {
    const wrong = await importOnce(next);
    if (wrong !== null) failures.push(`${next.owners.join(', ')}: ${next.dependency} cannot be imported: ${wrong}`);
  }
};
await Promise.all([importAll(), importAll()]);

for (const failure of failures) console.error(failure);
console.log(`${imports.size} libraries imported on Node ${process.version}, ${failures.length} failures.`);
process.exitCode = failures.length === 0 && imports.size > 0 ? 0 : 1;
