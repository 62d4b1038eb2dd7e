import ivm from 'isolated-vm';
import { bootSource, connectHook, withStart } from './globals/source.ts';
import { bootName, type CompiledCode } from './protocol.ts';

/** What one run answers when its code calls the host. Everything that arrives is the task's word: text, to be judged. */
export interface HostCalls {
  call(operation: unknown, payload: unknown): string;
  /** The guest's thread stands still until the promise resolves; it must never reject. */
  block(payload: unknown): Promise<string>;
  settle(status: unknown, payload: unknown): void;
}

/** A context that no code of the task has run in, connected to the host. */
export interface FreshContext {
  readonly context: ivm.Context;
  readonly control: ivm.Reference;
  /** Says whom the context's calls belong to; without an owner they answer nothing. */
  adopt(owner: HostCalls | null): void;
}

/** An isolate with one task's code compiled in it. Serves one run at a time, each in a context of its own. */
export interface LoadedCode {
  readonly isolate: ivm.Isolate;
  readonly code: CompiledCode;
  /** Takes the context made ahead, or makes one. Only while nothing runs in the isolate: the call would wait for it. */
  takeContext(): FreshContext;
  /** Makes the next context ahead of its run. Only while nothing runs in the isolate. */
  prepare(): void;
  /** Runs the code in a context, and with it the task. Answers a script's completion value or a module's exports. */
  evaluate(context: ivm.Context): Promise<ivm.Reference>;
  dispose(): void;
}

/** Makes isolates that all start from one snapshot of the injected globals. */
export const createIsolates = (onCatastrophe: () => void) => {
  const snapshot = ivm.Isolate.createSnapshot([{ code: bootSource, filename: bootName }]);

  const connect = (isolate: ivm.Isolate, inspector: boolean): FreshContext => {
    const context = isolate.createContextSync({ inspector });
    // A debugger takes a script of the snapshot for nobody's, and would step into it and stop there.
    if (inspector) isolate.compileScriptSync(bootSource, { filename: bootName }).runSync(context);
    let owner: HostCalls | null = null;
    const call = new ivm.Callback((operation: unknown, payload: unknown) => owner?.call(operation, payload) ?? '');
    const settle = new ivm.Callback((status: unknown, payload: unknown) => owner?.settle(status, payload), {
      ignored: true,
    });
    const block = new ivm.Reference(async (payload: unknown) => (await owner?.block(payload)) ?? '-{}');
    const hook = context.global.getSync(connectHook, { reference: true });
    const control = hook.applySync(undefined, [call, settle, block], { result: { reference: true } });
    hook.release();
    return {
      context,
      control,
      adopt(next) {
        owner = next;
      },
    };
  };

  /** `inspector`: a debugger can be opened on it. */
  const load = (code: CompiledCode, memoryMb: number, inspector = false): LoadedCode => {
    const start = inspector ? { inspector } : { snapshot };
    const isolate = new ivm.Isolate({ memoryLimit: memoryMb, ...start, onCatastrophicError: onCatastrophe });
    let script: ivm.Script | null = null;
    let cached: ivm.ExternalCopy<ArrayBuffer> | undefined;
    let spare: FreshContext | null = null;

    const evaluateModule = async (context: ivm.Context): Promise<ivm.Reference> => {
      // A module belongs to one context, so it is compiled again for each run, from the data of the first time.
      const options = { filename: code.filename, ...(cached ? { cachedData: cached } : { produceCachedData: true }) };
      const module = await isolate.compileModule(code.source, options);
      cached ??= (module as { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData;
      await module.instantiate(context, (specifier) => {
        throw new Error(`The module ${JSON.stringify(specifier)} is not part of the task.`);
      });
      await module.evaluate({ promise: true });
      return module.namespace;
    };

    return {
      isolate,
      code,
      takeContext() {
        const taken = spare ?? connect(isolate, inspector);
        spare = null;
        return taken;
      },
      prepare() {
        spare ??= connect(isolate, inspector);
      },
      async evaluate(context) {
        if (code.kind === 'esm') return evaluateModule(context);
        script ??= await isolate.compileScript(withStart(code.kind, code.source), { filename: code.filename });
        return (await script.run(context, { reference: true })) as ivm.Reference;
      },
      dispose() {
        if (!isolate.isDisposed) isolate.dispose();
      },
    };
  };
  return { load };
};

export type Isolates = ReturnType<typeof createIsolates>;
