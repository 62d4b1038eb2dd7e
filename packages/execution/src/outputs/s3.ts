import type { S3Client } from '@aws-sdk/client-s3';
import { untilAborted } from './abort.ts';
import { type S3Config as Config, S3Config } from './config-s3.ts';
import { DeliveryError, unfit } from './delivery-error.ts';
import type { DestinationType } from './destination-type.ts';
import { bodyOf } from './format.ts';
import { networkReason } from './reason.ts';
import { retryAfterMs } from './retry-after.ts';
import { render } from './template.ts';
import { variablesOf } from './template-values.ts';

const reasons: Readonly<Record<string, (config: Config) => string>> = {
  NoSuchBucket: ({ bucket }) => `There is no bucket ${bucket}. Create it.`,
  InvalidAccessKeyId: () => 'The access key id is not known there.',
  SignatureDoesNotMatch: () => 'The secret access key is wrong.',
  InvalidToken: () => 'The session token is wrong.',
  ExpiredToken: () => 'The session token has expired.',
  AccessDenied: ({ bucket }) => `The access key may not write to ${bucket} under this key.`,
  PermanentRedirect: ({ bucket }) => `The bucket ${bucket} is in another region.`,
  AuthorizationHeaderMalformed: ({ bucket }) => `The bucket ${bucket} is in another region.`,
  RequestTimeTooSkewed: () => 'The clock of this server and that of the other differ too much.',
};

function reasonOf(error: unknown, config: Config, target: string): DeliveryError {
  const { name, message, $metadata, $response } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
  };
  const where = config.endpoint ? new URL(config.endpoint).host : `the storage in ${config.region}`;
  const status = $metadata?.httpStatusCode;
  const wait = retryAfterMs($response?.headers?.['retry-after']);
  const text =
    reasons[name]?.(config) ??
    networkReason(error, where) ??
    (status === undefined ? `${where}: ${message}` : `${where} answered ${status} ${name}: ${message}`);
  return new DeliveryError(text, { target, cause: error, ...wait });
}

async function clientFor(config: Config): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    region: config.region,
    ...(config.endpoint ? { endpoint: config.endpoint } : {}),
    forcePathStyle: config.forcePathStyle,
    credentials: {
      accessKeyId: config.accessKeyId,
      secretAccessKey: config.secretAccessKey ?? '',
      ...(config.sessionToken ? { sessionToken: config.sessionToken } : {}),
    },
    // Attempts are counted, and paused between, by the delivery.
    maxAttempts: 1,
    // Other servers than Amazon's do not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** Objects in a bucket of S3, or of a server that speaks as it does. */
export const s3: DestinationType<Config> = {
  schema: S3Config,
  secrets: ['secretAccessKey', 'sessionToken'],
  templates: ({ key }) => [{ path: 'key', text: key, use: 'path' }],
  async deliver(message, config, signal) {
    const key = render(config.key, 'path', variablesOf(message));
    if (Buffer.byteLength(key) > 1024) throw unfit('The key is longer than 1024 bytes.');
    const target = `s3://${config.bucket}/${key}`;
    const body = bodyOf(message, config);
    const client = await clientFor(config);
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const put = new PutObjectCommand({
      Bucket: config.bucket,
      Key: key,
      Body: body.bytes,
      ContentType: config.contentType ?? body.contentType,
      Metadata: { 'ratchet-delivery': message.deliveryId, 'ratchet-execution': message.execution.id },
    });
    try {
      const answer = await untilAborted(
        signal,
        () => client.send(put, { abortSignal: signal }),
        () => client.destroy(),
      );
      const version = answer.VersionId ? `, version ${answer.VersionId}` : '';
      return { target, response: `ETag ${answer.ETag ?? 'none'}${version}`, bytes: body.bytes.length };
    } catch (error) {
      if (signal.aborted) throw error;
      throw reasonOf(error, config, target);
    }
  },
};
