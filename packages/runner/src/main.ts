/** The process that runs untrusted code. Talks only to the server that started it, and ends when that one does. */
import { setFlagsFromString } from 'node:v8';
import { createCodeCache } from './code-cache.ts';
import { type DebuggedRun, prepareDebuggedRun } from './debug-run.ts';
import { createIsolates } from './isolate.ts';
import type { FromRunner, ToRunner } from './protocol.ts';
import { type ActiveRun, startRun } from './run.ts';

// The cap on this process's own heap was for its main isolate; the isolates made from now on carry limits of their own.
setFlagsFromString('--max-old-space-size=0');
// Tasks get no WebAssembly, so no context needs to be given it first. Node itself had its use of it while it loaded this program.
setFlagsFromString('--no-expose-wasm');

const send = (message: FromRunner): void => {
  process.send?.(message);
};
let active: ActiveRun | null = null;
let debugged: DebuggedRun | null = null;

const isolates = createIsolates(() => {
  const message = 'The task used up the memory of its runner.';
  active?.fail({ status: 'failed', error: { class: 'MemoryLimitError', message, stack: null } });
});
const cache = createCodeCache(isolates);

process.on('message', (message: ToRunner) => {
  if (message.type === 'cancel') return active?.run === message.run ? active.cancel() : undefined;
  if (message.type === 'answer') {
    return active?.run === message.run ? active.answer(message.request, message.answer, message.at) : undefined;
  }
  if (message.type === 'go') return debugged?.run === message.run ? debugged.go() : undefined;
  if (message.type === 'inspect') return debugged?.run === message.run ? debugged.inspect(message.message) : undefined;
  if (message.debug !== undefined) {
    debugged = prepareDebuggedRun(message, isolates, send, () => {
      active = null;
      debugged = null;
    });
    active = debugged;
    return undefined;
  }
  const profiled = message.profile === true;
  const loaded = cache.get(message.key, message.code, message.limits.memoryMb, profiled);
  if (loaded === null) return send({ type: 'missing', run: message.run });
  active = startRun(message, loaded, send, () => {
    active = null;
    if (profiled) return loaded.dispose();
    // The next run of the same code finds its context ready.
    setImmediate(() => {
      if (active === null && !loaded.isolate.isDisposed) loaded.prepare();
    });
  });
});
// A plain exit would wait for threads that run the task's code.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
send({ type: 'ready' });
