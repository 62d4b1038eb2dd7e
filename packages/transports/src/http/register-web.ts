import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { longestPart } from '../rest/route-path.ts';

export interface WebPage {
  /** What `vite build` made: `index.html`, and `assets/` whose names change with what is in them. It may come later. */
  readonly folder: string;
}

/** Where other surfaces are: an address below them that is not there is theirs to refuse. */
const others = /^\/(api|api-docs|docs|graphql|playground|trpc|mcp|registry|health|live|ready|metrics|assets)(\/|$)/;
const beingBuilt = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Ratchet</title></head><body><p>The page is being built, which takes some seconds after an installation. It opens by itself.</p></body></html>`;

/**
 * Serves the web application: its files, and its first page at every address that no other surface has, so that a link to
 * any state of it can be opened.
 */
export async function registerWeb(app: FastifyInstance, { folder }: WebPage): Promise<void> {
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    cacheControl: false,
    decorateReply: false,
    index: false,
    setHeaders: (reply) => void reply.header('cache-control', 'public, max-age=31536000, immutable'),
  });
  app.get('/icon.svg', async (_request, reply) => {
    const icon = await readFile(join(folder, 'icon.svg')).catch(() => null);
    if (icon === null) return reply.callNotFound();
    return reply.header('cache-control', 'public, max-age=3600').type('image/svg+xml').send(icon);
  });
  const page = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?')[0] ?? '/';
    // Another surface's address that its route did not take for that comes here in the end.
    if (path.split('/').some((part) => part.length > longestPart))
      throw new RatchetError('VALIDATION_FAILED', `A part of the address has more than ${longestPart} characters.`);
    if (others.test(path) || !(path === '/' || asksForPage(request))) return reply.callNotFound();
    const text = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
    // Asked for anew each time: it names the files that belong to it.
    reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8');
    return text === null ? reply.status(503).header('retry-after', '2').send(beingBuilt) : reply.send(text);
  };
  app.get('/', page);
  app.get('/*', page);
}

/** A browser that opens an address, not a program that got it wrong. */
const asksForPage = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') ?? false;
