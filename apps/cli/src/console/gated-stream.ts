/** An output that can be shut: what a command still writes after it was given up is not shown. */
export function gatedStream(stream: NodeJS.WriteStream, heard?: (text: string) => void) {
  let open = true;
  const write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
    if (!open) return true;
    if (heard && typeof chunk === 'string') heard(chunk);
    return stream.write(chunk, ...rest);
  };
  const gated = new Proxy(stream, {
    get(target, name) {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    stream: gated,
    shut(): void {
      open = false;
    },
  };
}
