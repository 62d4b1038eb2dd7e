import { roles } from '@ratchet/contract/access';
import * as z from 'zod';
import { days, onOff, optionalText, section, setting } from '../setting.ts';

const perMinute = (usual: number, description: string) =>
  setting(z.int().min(1).max(10_000_000).default(usual), description);
const perDay = (description: string) =>
  setting(z.int().min(1).max(1_000_000_000).nullable().default(null), description);

export const security = section('What is kept from whom', {
  keys: setting(
    z.array(z.string().min(1).max(200)).max(100).default([]),
    'Keys that seal what is secret, 32 bytes each in base64 or hexadecimal. The first one seals, every one opens. Without any, keys.json in the data folder holds one',
    { secret: true, aliases: ['RATCHET_SECRET_KEYS'] },
  ),
  keys_file: setting(optionalText(), 'A file with those keys in it, instead: one a line, or in the form of keys.json', {
    path: true,
  }),
  cipher: setting(
    z.enum(['aes-256-gcm', 'chacha20-poly1305']).default('aes-256-gcm'),
    'What seals secrets. What the other one sealed stays readable, and is sealed anew at the next start',
  ),
  allowed_roots: setting(
    z.array(z.string().min(1).max(4000)).max(100).nullable().default(null),
    'Folders below which the repositories, projects, imports and outputs on this server must lie, besides the open folders of the data folder (repositories, projects, imports, outputs). Without: those alone; with auth.mode none, anywhere but the rest of the data folder',
    { path: true },
  ),
  rate_limits: section('How often the server may be asked', {
    enabled: setting(onOff(true), 'Whether requests are counted at all'),
    redis_url: setting(
      z
        .string()
        .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
        .max(4000)
        .nullable()
        .default(null),
      'A Redis that counts for all nodes together. Without, each counts for itself',
      { secret: true },
    ),
    redis_url_file: setting(optionalText(), 'A file with that address in it, instead', { path: true }),
    per_minute: section('Requests a minute', {
      user: perMinute(6000, 'Of one user'),
      key: perMinute(12_000, 'With one API key'),
      address: perMinute(24_000, 'From one address'),
      anonymous: perMinute(600, 'From one address, without having signed in'),
      roles: setting(
        z.partialRecord(z.enum(roles), z.int().min(1).max(10_000_000)).default({}),
        'Of one user of a role, in place of user, such as service: 60000',
      ),
    }),
    burst: setting(
      z.int().min(1).max(10_000_000).nullable().default(null),
      'Requests at once, before the limit a minute counts. Without, those of a minute',
    ),
    daily: section('Requests a day', {
      user: perDay('Of one user; without, no limit'),
      key: perDay('With one API key; without, no limit'),
    }),
    operations: setting(
      z.record(z.string().max(100), z.int().min(1).max(10_000_000)).default({}),
      'Requests a minute of single operations, by name, such as tasks.run: 60',
    ),
  }),
  sign_in: section('Wrong passwords', {
    attempts: setting(
      z.int().min(1).max(10_000).default(10),
      'Wrong passwords from one address, before it has to wait',
    ),
    window_minutes: setting(z.int().min(1).max(1440).default(15), 'Minutes in which they are counted'),
  }),
  audit: section('The record of who did what', {
    retention_days: setting(days(365), 'Days that it is kept; 0 keeps it for ever'),
  }),
});
