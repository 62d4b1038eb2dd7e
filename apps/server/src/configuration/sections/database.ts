import * as z from 'zod';
import { optionalText, section, setting } from '../setting.ts';

export const database = section('Where everything is kept', {
  url: setting(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
      .max(4000)
      .nullable()
      .default(null),
    'A PostgreSQL, 15 or newer. Without one, an embedded one in data_dir',
    { secret: true, aliases: ['DATABASE_URL'], flag: '--database-url' },
  ),
  url_file: setting(optionalText(), 'A file with that address in it, instead', { path: true }),
  data_dir: setting(
    z.string().min(1).max(4000).default('~/.ratchet'),
    'The folder of the embedded database, mirrors of repositories and keys',
    { path: true, aliases: ['RATCHET_DATA_DIR'], flag: '--data-dir' },
  ),
  pool_size: setting(
    z.int().min(2).max(500).default(16),
    'Connections to PostgreSQL, at most, besides the one that listens',
  ),
});
