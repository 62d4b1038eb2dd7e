/**
 * What an attached debugger may ask for: everything about the task's own context, nothing that leads into ours.
 *
 * In the isolate stands a reference to a function of the runner, in a closure of the injected globals. Left out is
 * therefore what finds objects by walking the heap (`Runtime.queryObjects`, HeapProfiler), what replaces running code
 * (`Debugger.setScriptSource`, which could change ours), and what evaluates a condition inside any function that can be
 * named (`Debugger.setBreakpointOnFunctionCall`). Domains that speak of a browser, a process or other targets do not
 * exist in an isolate at all.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  Runtime: [
    'enable',
    'disable',
    'evaluate',
    'callFunctionOn',
    'getProperties',
    'awaitPromise',
    'compileScript',
    'runScript',
    'globalLexicalScopeNames',
    'releaseObject',
    'releaseObjectGroup',
    'discardConsoleEntries',
    'getIsolateId',
    'getHeapUsage',
    'getExceptionDetails',
    'setAsyncCallStackDepth',
    'setMaxCallStackSizeToCapture',
    'runIfWaitingForDebugger',
  ],
  Debugger: [
    'enable',
    'disable',
    'setBreakpoint',
    'setBreakpointByUrl',
    'setInstrumentationBreakpoint',
    'setBreakpointsActive',
    'removeBreakpoint',
    'getPossibleBreakpoints',
    'continueToLocation',
    'pause',
    'resume',
    'stepInto',
    'stepOver',
    'stepOut',
    'restartFrame',
    'setSkipAllPauses',
    'setPauseOnExceptions',
    'evaluateOnCallFrame',
    'setVariableValue',
    'setReturnValue',
    'getScriptSource',
    'searchInContent',
    'getStackTrace',
    'setAsyncCallStackDepth',
    'setBlackboxPatterns',
    'setBlackboxedRanges',
  ],
  Profiler: ['enable', 'disable', 'start', 'stop', 'setSamplingInterval'],
  Console: ['enable', 'disable', 'clearMessages'],
  Schema: ['getDomains'],
};

export const isAllowed = (method: string): boolean => {
  const [domain = '', name = ''] = method.split('.');
  return Object.hasOwn(allowed, domain) && (allowed[domain]?.includes(name) ?? false);
};
