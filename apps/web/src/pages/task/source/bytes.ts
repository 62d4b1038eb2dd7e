/** Bytes as base64, a piece at a time: a spread of all of them would be too many arguments. */
export function base64Of(bytes: Uint8Array): string {
  const step = 0x8000;
  let text = '';
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}

export const bytesOf = (content: string, encoding: 'utf8' | 'base64'): Uint8Array<ArrayBuffer> =>
  encoding === 'utf8'
    ? new TextEncoder().encode(content)
    : Uint8Array.from(atob(content), (char) => char.charCodeAt(0));

/** Hands bytes to the browser to be saved as a file. */
export function saveFile(name: string, bytes: BlobPart, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
