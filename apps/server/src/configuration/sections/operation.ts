import * as z from 'zod';
import { days, onOff, section, setting } from '../setting.ts';

const kept = (usual: number, what: string) =>
  setting(days(usual), `Days that ${what} kept; 0 for ever`, { live: true });

export const logging = section('The server’s log', {
  level: setting(z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'), 'What is logged', {
    live: true,
    aliases: ['RATCHET_LOG_LEVEL'],
    flag: '--log-level',
  }),
  format: setting(z.enum(['json', 'text']).default('json'), 'A JSON object a line for programs, or text for people'),
});

export const observability = section('Figures', {
  metrics_public: setting(onOff(false), 'Whether /metrics answers whoever asks, without having signed in'),
});

export const retention = section('How long what has come to its end is kept', {
  executions_days: kept(30, 'executions are'),
  logs_days: kept(14, 'log lines of executions are'),
  recordings_days: kept(7, 'recordings of executions are'),
  deliveries_days: kept(30, 'deliveries are'),
  backups: setting(
    z.int().min(0).max(1000).default(10),
    'Backups that the server keeps in its data folder, the newest ones; 0 all',
    { live: true },
  ),
  blobs_days: kept(7, 'contents that nothing names any more are'),
});
