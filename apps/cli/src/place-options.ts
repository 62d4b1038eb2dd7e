import type { Command } from 'commander';

/** Where the database of this machine is, as `serve` takes it. */
export interface Place {
  config?: string;
  dataDir?: string;
  databaseUrl?: string;
}

export const placeOptions = (command: Command): Command =>
  command
    .option(
      '--config <file>',
      'the configuration (RATCHET_CONFIG; ratchet.yaml here, in config/ or in the data folder)',
    )
    .option('--data-dir <folder>', 'the data folder of the embedded database (RATCHET_DATA_DIR; ~/.ratchet)')
    .option('--database-url <url>', 'a PostgreSQL instead (DATABASE_URL)');
