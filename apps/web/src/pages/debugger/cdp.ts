/** The parts of the Chrome DevTools Protocol that the debugger uses. Lines and columns from 0. */
export interface RemoteObject {
  readonly type: string;
  readonly subtype?: string;
  readonly className?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly description?: string;
  readonly objectId?: string;
  readonly preview?: ObjectPreview;
}
export interface ObjectPreview {
  readonly type: string;
  readonly subtype?: string;
  readonly description?: string;
  readonly overflow: boolean;
  readonly properties: readonly {
    readonly name: string;
    readonly type: string;
    readonly subtype?: string;
    readonly value?: string;
  }[];
}
export interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber?: number;
}
export interface Scope {
  readonly type: string;
  readonly name?: string;
  readonly object: RemoteObject;
}
export interface CallFrame {
  readonly callFrameId: string;
  readonly functionName: string;
  readonly location: Location;
  readonly scopeChain: readonly Scope[];
}
export interface AsyncStack {
  readonly description?: string;
  readonly callFrames: readonly {
    readonly functionName: string;
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  }[];
  readonly parent?: AsyncStack;
}
export interface Paused {
  readonly callFrames: readonly CallFrame[];
  readonly reason: string;
  readonly data?: RemoteObject;
  readonly hitBreakpoints?: readonly string[];
  readonly asyncStackTrace?: AsyncStack;
}
export interface Property {
  readonly name: string;
  readonly value?: RemoteObject;
  readonly get?: RemoteObject;
  readonly enumerable?: boolean;
}
export interface Properties {
  readonly result: readonly Property[];
  readonly internalProperties?: readonly Property[];
}
export interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: { readonly text: string; readonly exception?: RemoteObject };
}

/** One side of a conversation in the protocol. */
export interface Cdp {
  /** Rejects with what the engine refused, and when the connection ends. */
  call<Result = unknown>(method: string, params?: object): Promise<Result>;
  close(): void;
}

interface Heard {
  readonly onEvent: (method: string, params: never) => void;
  /** The connection has ended, with what was said of it. */
  readonly onClose: (reason: string) => void;
}

/** Speaks the protocol over a WebSocket. Resolves when it is open; rejects where it cannot be opened. */
export const openCdp = (url: string, { onEvent, onClose }: Heard): Promise<Cdp> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
    let lastId = 0;
    let open = false;
    socket.onopen = () => {
      open = true;
      resolve({
        call: (method, params = {}) =>
          new Promise((answered, refused) => {
            if (socket.readyState !== WebSocket.OPEN) return refused(new Error('The run has ended.'));
            lastId += 1;
            waiting.set(lastId, { resolve: answered, reject: refused });
            socket.send(JSON.stringify({ id: lastId, method, params }));
          }),
        close: () => socket.close(),
      });
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as {
        id?: number;
        method?: string;
        params?: never;
        result?: never;
        error?: { message: string };
      };
      if (message.id === undefined) return onEvent(message.method ?? '', (message.params ?? {}) as never);
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) asked?.reject(new Error(message.error.message));
      else asked?.resolve(message.result as never);
    };
    socket.onclose = ({ reason }) => {
      for (const { reject: refuse } of waiting.values()) refuse(new Error('The run has ended.'));
      waiting.clear();
      if (open) onClose(reason);
      else reject(new Error('The debugger could not attach. Start again.'));
    };
  });
