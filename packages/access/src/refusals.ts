import { RatchetError } from '@ratchet/contract/errors';
import type { Operation, Permission } from '@ratchet/contract/operation';

export const unauthenticated = (): RatchetError =>
  new RatchetError(
    'UNAUTHENTICATED',
    'Sign in first: POST /api/v1/auth/login with a username and a password, or send an API key as X-API-Key or as a Bearer token.',
  );

export const denied = (permission: Permission): RatchetError =>
  new RatchetError('PERMISSION_DENIED', `You need the permission ${permission} for this.`, { permission });

export const deniedElsewhere = (permission: Permission): RatchetError =>
  new RatchetError('PERMISSION_DENIED', `You need the permission ${permission} in every repository for this.`, {
    permission,
  });

export const deniedTool = ({ mcp }: Operation): RatchetError =>
  new RatchetError('PERMISSION_DENIED', `Your API key is limited to tools among which ${mcp} is not.`, { tool: mcp });

export const tooManyAtOnce = (most: number): RatchetError =>
  new RatchetError('RATE_LIMITED', `Your API key is for ${most} calls at once, and as many are under way.`, {
    retryAfterMs: 1000,
    retryAfterSeconds: 1,
    limit: { of: 'key', atOnce: most },
  });
