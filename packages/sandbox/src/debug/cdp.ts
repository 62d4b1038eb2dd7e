/** The parts of the Chrome DevTools Protocol that are used here, as the engine sends them. Lines and columns from 0. */
export interface RemoteObject {
  readonly type: string;
  readonly subtype?: string;
  readonly className?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly description?: string;
  readonly objectId?: string;
  readonly preview?: Preview;
}
export interface PropertyPreview {
  readonly name: string;
  readonly type: string;
  readonly subtype?: string;
  readonly value?: string;
  readonly valuePreview?: Preview;
}
export interface Preview {
  readonly type: string;
  readonly subtype?: string;
  readonly description?: string;
  readonly overflow: boolean;
  readonly properties: readonly PropertyPreview[];
  readonly entries?: readonly { readonly key?: Preview; readonly value: Preview }[];
}
export interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber?: number;
}
export interface Scope {
  readonly type: string;
  readonly object: RemoteObject;
  readonly startLocation?: Location;
}
export interface CallFrame {
  readonly callFrameId: string;
  readonly functionName: string;
  readonly location: Location;
  readonly scopeChain: readonly Scope[];
}
/** A frame of a stack that is not live: what awaited the code that is paused. */
export interface StackFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}
export interface AsyncStack {
  readonly callFrames: readonly StackFrame[];
  readonly parent?: AsyncStack;
}
export interface Paused {
  readonly callFrames: readonly CallFrame[];
  readonly reason: string;
  readonly data?: RemoteObject & { readonly uncaught?: boolean };
  readonly hitBreakpoints?: readonly string[];
  readonly asyncStackTrace?: AsyncStack;
}
export interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: { readonly text: string; readonly exception?: RemoteObject };
}
export interface ScriptParsed {
  readonly scriptId: string;
  readonly url: string;
}

/** What the engine refused to do, in its words. */
export class CdpError extends Error {}
/** The run has ended; nothing can be asked any more. */
export class CdpEnded extends Error {}

/** One side of a conversation in the protocol. */
export interface CdpClient {
  /** Rejects with CdpError or CdpEnded. */
  call<Result>(method: string, params?: object): Promise<Result>;
  on<Params>(event: string, listener: (params: Params) => void): void;
  onAny(listener: (event: string, params: unknown) => void): void;
  /** Takes a message that came. */
  take(message: string): void;
  end(): void;
}

/** Speaks the protocol over anything that carries text. */
export const createCdpClient = (send: (message: string) => void): CdpClient => {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const listeners: ((event: string, params: unknown) => void)[] = [];
  let lastId = 0;
  let ended = false;
  return {
    call(method, params = {}) {
      if (ended) return Promise.reject(new CdpEnded(method));
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
        send(JSON.stringify({ id, method, params }));
      });
    },
    on(event, listener) {
      listeners.push((name, params) => {
        if (name === event) (listener as (params: unknown) => void)(params);
      });
    },
    onAny(listener) {
      listeners.push(listener);
    },
    take(text) {
      const message = JSON.parse(text) as {
        id?: number;
        method?: string;
        params?: unknown;
        result?: unknown;
        error?: { message: string };
      };
      if (message.id === undefined) {
        for (const listener of listeners) listener(message.method ?? '', message.params);
        return;
      }
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) call?.resolve(message.result);
      else call?.reject(new CdpError(message.error.message));
    },
    end() {
      ended = true;
      for (const { reject } of waiting.values()) reject(new CdpEnded('The run has ended.'));
      waiting.clear();
    },
  };
};
