import { option, type Wizard } from './wizard.ts';

const shortcuts = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly'];

/** By its form; what the fields mean is the server's to judge. */
function cronFault(given: string): string | null {
  if (given.startsWith('@'))
    return [...shortcuts, '@midnight', '@annually'].includes(given)
      ? null
      : `Give one of ${shortcuts.join(', ')}, or 5 fields.`;
  const fields = given.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6)
    return `That has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}: give 5 (minute hour day month weekday), or 6 with seconds first.`;
  const wrong = fields.find((field) => !/^[\d*,/\-?LW#A-Za-z]+$/.test(field));
  return wrong === undefined ? null : `${wrong} is no field of cron.`;
}

function zoneFault(given: string): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone: given });
    return null;
  } catch {
    return `${given} is no time zone: give an IANA name, as Europe/Berlin.`;
  }
}

function jsonFault(given: string): string | null {
  try {
    JSON.parse(given);
    return null;
  } catch (error) {
    return `That is not JSON: ${(error as Error).message}.`;
  }
}

export const scheduleWizard: Wizard = {
  command: 'schedule create',
  title: 'A new schedule',
  steps: [
    {
      name: 'task',
      ask: 'Task',
      only: true,
      choices: async ({ client }) => (await client.tasks.list({ limit: 1000 })).items.map(({ name }) => name),
    },
    {
      name: 'cron',
      ask: 'When: minute hour day month weekday, or @daily and the like',
      usual: () => '0 2 * * *',
      choices: () => shortcuts,
      check: cronFault,
    },
    {
      name: 'timezone',
      ask: 'Time zone',
      usual: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
      choices: () => Intl.supportedValuesOf('timeZone'),
      check: zoneFault,
    },
    { name: 'input', ask: 'Input, as JSON', usual: () => '{}', check: jsonFault },
    {
      name: 'overlap',
      ask: 'While the one before still runs',
      usual: () => 'allow',
      choices: () => ['allow', 'skip'],
      only: true,
    },
    { name: 'name', ask: 'Name (empty: that of the task, with the time)', optional: true },
  ],
  words: ({ task = '', cron = '', timezone, input, overlap, name }) => [
    task,
    cron,
    ...option('--timezone', timezone),
    ...(input === '{}' ? [] : option('--input', input)),
    ...(overlap === 'allow' ? [] : option('--overlap', overlap)),
    ...option('--name', name),
  ],
};
