import * as z from 'zod';
import { onOff, section, setting, texts } from '../setting.ts';

const beyond = 'hosts, addresses or ranges such as 10.0.0.0/8';

export const execution = section('How tasks are run', {
  runners: setting(z.int().min(1).max(64).default(2), 'Runner processes; each runs one task at a time'),
  allow_private: setting(texts(), `What tasks may reach beyond public addresses: ${beyond}`),
});

export const queue = section('The queue of jobs', {
  concurrency: setting(
    z.int().min(1).max(256).nullable().default(null),
    'Executions that this node takes from the queue at once. Without, one for each runner',
  ),
});

export const schedules = section('Schedules', {
  enabled: setting(onOff(true), 'Whether this node queues what schedules have due'),
});

export const output = section('Where results are delivered', {
  allow_private: setting(texts(), `What webhooks may reach beyond public addresses: ${beyond}`),
});

const proxy = () =>
  z
    .string()
    .regex(/^https?:\/\/[^\s/]+\/?$/, 'must have the form http://host:port')
    .max(2000)
    .nullable()
    .default(null);

export const http = section('The way out', {
  proxy: setting(proxy(), 'The proxy for http:// addresses. It resolves their names', {
    secret: true,
    aliases: ['http_proxy', 'HTTP_PROXY'],
  }),
  https_proxy: setting(proxy(), 'The proxy for https:// addresses. Without, the same one', {
    secret: true,
    aliases: ['https_proxy', 'HTTPS_PROXY'],
  }),
  no_proxy: setting(texts(), 'Hosts that are reached without one, such as .example.org', {
    aliases: ['no_proxy', 'NO_PROXY'],
  }),
});
