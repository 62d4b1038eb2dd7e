/** What an archive may be, measured on what comes out of it and never on what it says of itself. */
export interface ZipLimits {
  /** Bytes of the archive. */
  readonly archiveBytes: number;
  readonly entries: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of all files together. */
  readonly totalBytes: number;
  /** How many times larger than packed a file may be, once it is larger than `ratioFrom`. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

export const zipLimits: ZipLimits = {
  archiveBytes: 256 * 1024 * 1024,
  entries: 50_000,
  fileBytes: 64 * 1024 * 1024,
  totalBytes: 512 * 1024 * 1024,
  ratio: 200,
  ratioFrom: 1024 * 1024,
};
