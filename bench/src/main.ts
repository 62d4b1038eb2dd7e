import { fork } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { mergeReport } from './frame/report.ts';
import type { Benchmark, Measured } from './frame/row.ts';
import { sectionOf } from './frame/table.ts';

const usage = `Usage: npm run bench -- [module …] [--write]
Runs the benchmarks of bench/src, each in a process of its own, and prints a table.
  --write   also writes what was measured into bench/RESULTS.md
Example: npm run bench -- execution`;

const results = join(dirname(import.meta.dirname), 'RESULTS.md');

/** The machine's shape, without its name, and the day. */
const machine = (): string =>
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() || 'unknown processor'}), ` +
  `${Math.round(totalmem() / 2 ** 30)} GB of memory, ${platform()} ${release()} ${arch()}, Node ${process.version}, ` +
  `${new Date().toISOString().slice(0, 10)}.`;

const modules = (): string[] =>
  globSync('*.ts', { cwd: import.meta.dirname, exclude: [basename(import.meta.filename)] })
    .map((file) => basename(file, '.ts'))
    .sort();

/** In the process of one benchmark: measures, hands the rows to the process that asked, and ends. */
async function measureHere(module: string): Promise<void> {
  const benchmark: Benchmark = await import(join(import.meta.dirname, `${module}.ts`));
  const measured: Measured = { name: benchmark.name, rows: await benchmark.run() };
  process.send?.(measured, () => process.exit(0));
}

const measure = (module: string): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ['--here', module], {
      execArgv: [...process.execArgv, '--no-node-snapshot'],
    });
    let measured: Measured | null = null;
    child.on('message', (message) => {
      measured = message as Measured;
    });
    child.on('error', reject);
    child.on('close', (code, signal) =>
      measured && code === 0
        ? resolve(measured)
        : reject(new Error(`The benchmark ${module} ended with ${signal ?? `exit code ${code}`}.`)),
    );
  });

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { write: { type: 'boolean' }, here: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.here) {
    await measureHere(values.here);
    return 0;
  }
  const known = modules();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(
      `There is no benchmark ${unknown.join(', ')}; there are ${known.join(', ') || 'none yet'}.\n${usage}`,
    );
    return 2;
  }
  const sections: string[] = [];
  for (const module of positionals.length > 0 ? positionals : known) {
    console.error(`Measuring ${module} …`);
    sections.push(sectionOf(machine(), await measure(module)));
  }
  console.log(`\n${sections.join('\n\n')}`);
  if (values.write)
    writeFileSync(results, mergeReport(existsSync(results) ? readFileSync(results, 'utf8') : '', sections));
  return 0;
}

process.exitCode = await main();
