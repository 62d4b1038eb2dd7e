import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import aws4 from 'aws4';
import S3rver from 's3rver';

export interface S3Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
  get(key: string): Promise<{ status: number; headers: Headers; body: string }>;
  close(): Promise<void>;
}

/** s3rver, which believes every signature, behind a check of the signature by another hand. */
export async function startS3Server(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'ratchet-s3-'));
  const [accessKeyId, secretAccessKey, bucket] = ['S3RVER', `secret-${crypto.randomUUID()}`, 'outputs'];
  const behind = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await behind.run();
  const front = createServer((asked, response) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk) => chunks.push(chunk));
    asked.on('end', () => {
      const body = Buffer.concat(chunks);
      const wrong = fault(asked, body, accessKeyId, secretAccessKey);
      if (wrong) return refuse(response, wrong);
      const { method, url, headers } = asked;
      const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => void front.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    accessKeyId,
    secretAccessKey,
    bucket,
    async get(key) {
      const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: answer.status, headers: answer.headers, body: await answer.text() };
    },
    async close() {
      front.closeAllConnections();
      front.close();
      await behind.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The code S3 gives for a request that is not signed as it should be; null: it is. */
function fault(asked: IncomingMessage, body: Buffer, accessKeyId: string, secretAccessKey: string): string | null {
  const { authorization = '', host = '' } = asked.headers;
  const read = /Credential=([^/]+)\/\d+\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+),/.exec(authorization);
  if (!read) return 'AccessDenied';
  const [, id, region, names = ''] = read;
  if (id !== accessKeyId) return 'InvalidAccessKeyId';
  const headers = Object.fromEntries(names.split(';').map((name) => [name, String(asked.headers[name] ?? '')]));
  const wanted = aws4.sign(
    { service: 's3', region, host, method: asked.method, path: asked.url, headers: { ...headers }, body },
    { accessKeyId, secretAccessKey },
  );
  const signature = (text: unknown) => /Signature=(\w+)/.exec(String(text))?.[1];
  return signature(wanted.headers?.Authorization) === signature(authorization) ? null : 'SignatureDoesNotMatch';
}

function refuse(response: ServerResponse, code: string): void {
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>Refused.</Message></Error>`);
}
