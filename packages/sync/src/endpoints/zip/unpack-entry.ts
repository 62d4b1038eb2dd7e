import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib';
import type yauzl from 'yauzl';
import type { ZipLimits } from './zip-limits.ts';

/** What came out of an entry. */
export type Unpacked =
  | { readonly bytes: Uint8Array; readonly work: number }
  /** It cannot be had, for this reason; `work`: bytes that were unpacked all the same, at most. */
  | { readonly bytes: null; readonly reason: string; readonly work: number };

const inflate = promisify(inflateRaw);

/** Entries larger than this when packed are unpacked beside the event loop; for smaller ones the way there costs more. */
const maxAtOnce = 64 * 1024;
/** Deflate cannot pack tighter. */
const utmostRatio = 1032;
const [stored, deflated] = [0, 8];

/** An entry's content, every byte of it checked; `archive` is all that `zip` was opened on. Never throws for its content. */
export async function unpackEntry(
  zip: yauzl.ZipFile,
  archive: Buffer,
  entry: yauzl.Entry,
  limits: ZipLimits,
): Promise<Unpacked> {
  const { compressionMethod: method, compressedSize, uncompressedSize } = entry;
  const without = (reason: string, work = 0): Unpacked => ({ bytes: null, reason, work });
  if (entry.isEncrypted()) return without('It is encrypted.');
  if (method !== stored && method !== deflated)
    return without(`It is packed by method ${method}, which is not supported.`);
  const most = Math.min(limits.fileBytes, Math.max(limits.ratioFrom, compressedSize * limits.ratio));
  const tooLarge = `It unpacks to more than ${most} bytes.`;
  let bytes: Buffer;
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = archive.subarray(fileDataStart, fileDataStart + compressedSize);
    if (method === stored) {
      if (packed.length > limits.fileBytes) return without(tooLarge);
      bytes = Buffer.from(packed);
    } else {
      const chunkSize = Math.min(Math.max(uncompressedSize, 64), 1024 * 1024);
      const options = { maxOutputLength: most, chunkSize };
      bytes = packed.length > maxAtOnce ? await inflate(packed, options) : inflateRawSync(packed, options);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return without(tooLarge, most);
    return without(`It cannot be unpacked: ${message}.`, Math.min(most, compressedSize * utmostRatio));
  }
  if (bytes.length !== uncompressedSize)
    return without(`It has ${bytes.length} bytes; the archive says ${uncompressedSize}.`, bytes.length);
  if (crc32(bytes) !== entry.crc32) return without('Its content does not fit its checksum.', bytes.length);
  return { bytes, work: bytes.length };
}
