import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testLocalTask } from '@ratchet/server/local-task';

/** Runs the tests of every example in the real sandbox; an example without tests fails, but for those of `forms`. */
const root = join(import.meta.dirname, '../examples/tasks');
const withoutTests = new Set(['forms']);
let passed = 0;
let failed = 0;
for (const name of readdirSync(root).sort()) {
  const path = join(root, name);
  if (!statSync(path).isDirectory() || withoutTests.has(name)) continue;
  const report = await testLocalTask({ path });
  passed += report.passed;
  failed += report.failed + (report.results.length === 0 ? 1 : 0);
  process.stdout.write(
    `${report.failed === 0 && report.passed > 0 ? 'ok  ' : 'FAIL'} ${name}: ${report.passed} passed, ${report.failed} failed\n`,
  );
  for (const result of report.results)
    if (result.status !== 'passed')
      process.stdout.write(
        `     ${result.name}: ${result.error}\n     expected ${JSON.stringify(result.expected)}\n     actual   ${JSON.stringify(result.actual)}\n`,
      );
}
const at = process.argv.indexOf('--report');
if (at > 0) writeFileSync(process.argv[at + 1] ?? '', JSON.stringify({ passed, failed }));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
