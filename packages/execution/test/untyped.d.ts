/** The parts that tests use of packages that say nothing of their types. */
declare module 'aws4' {
  interface Request {
    service: string;
    region: string | undefined;
    host: string;
    method: string | undefined;
    path: string | undefined;
    headers: Record<string, string>;
    body: Buffer;
  }
  const aws4: {
    sign(
      request: Request,
      keys: { accessKeyId: string; secretAccessKey: string },
    ): { headers?: Record<string, unknown> };
  };
  export default aws4;
}

declare module 's3rver' {
  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      silent: boolean;
      directory: string;
      allowMismatchedSignatures: boolean;
      configureBuckets: readonly { name: string; configs: readonly string[] }[];
    });
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}
