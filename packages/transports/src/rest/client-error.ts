import type { Socket } from 'node:net';

const meanings: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'PAYLOAD_TOO_LARGE', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'CANCELLED', 'The request took too long to arrive.'],
};

/** Answers what is no HTTP request, or never became a whole one, and closes the connection. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const [status, code, message] = meanings[error.code ?? ''] ?? [
    '400 Bad Request',
    'VALIDATION_FAILED',
    'This is no HTTP request that can be read.',
  ];
  const requestId = crypto.randomUUID();
  const body = JSON.stringify({ code, message, details: null, requestId });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nX-Request-Id: ${requestId}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
