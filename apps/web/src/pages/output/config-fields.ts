import type { OutputDestination } from '@ratchet/contract/entities/output';
import type { Config, ConfigField } from './config-field.ts';
import { messageConfigs } from './message-configs.ts';
import { storeConfigs } from './store-configs.ts';

/** The forms of all kinds of destinations. */
export const configFields: Readonly<Record<OutputDestination['type'], readonly ConfigField[]>> = {
  ...storeConfigs,
  ...messageConfigs,
};

export const typeNames: Readonly<Record<OutputDestination['type'], { readonly label: string; readonly text: string }>> =
  {
    filesystem: { label: 'Folder', text: 'Files in a folder of the server' },
    webhook: { label: 'Webhook', text: 'A request to an address' },
    postgresql: { label: 'PostgreSQL', text: 'Rows of a table' },
    mysql: { label: 'MySQL', text: 'Rows of a table' },
    s3: { label: 'S3', text: 'Objects of a bucket' },
    redis: { label: 'Redis', text: 'A list, a stream, a channel or a value' },
    rabbitmq: { label: 'RabbitMQ', text: 'Messages of a queue or an exchange' },
    email: { label: 'Mail', text: 'A message to people' },
    stdio: { label: 'Standard output', text: 'A line of JSON on the server’s own output' },
  };

export const outputTypes = Object.keys(typeNames) as OutputDestination['type'][];

/** Fields that count for a configuration as it stands. */
export const fieldsFor = (type: OutputDestination['type'], config: Config): readonly ConfigField[] =>
  configFields[type].filter(({ when }) => when === undefined || when(config));

/** Members that are kept encrypted and never answered. */
export const secretNames = (type: OutputDestination['type']): readonly string[] =>
  configFields[type].filter(({ kind }) => kind === 'secret' || kind === 'secrets').map(({ name }) => name);

/** The configuration to be sent: without what does not count any more, so that the server does not refuse it. */
export function sentConfig(type: OutputDestination['type'], config: Config): Config {
  const dropped = new Set(
    configFields[type].filter(({ when }) => when !== undefined && !when(config)).map(({ name }) => name),
  );
  // A name may stand for two fields, of which one counts.
  for (const { name } of fieldsFor(type, config)) dropped.delete(name);
  return Object.fromEntries(Object.entries(config).filter(([name]) => !dropped.has(name)));
}
