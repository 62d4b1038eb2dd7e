import * as z from 'zod';
import { optionalText, section, setting } from '../setting.ts';

export const openspec = section('Projects of OpenSpec', {
  projects_dir: setting(
    optionalText(),
    'A folder: every project below it is registered at start. A project is a folder with an openspec folder in it',
    { path: true, aliases: ['OPENSPEC_PROJECTS_DIR'] },
  ),
  sweep_seconds: setting(
    z.int().min(1).max(3600).default(30),
    'Seconds until a project is looked at again, whether a change of its files was heard of or not',
    { aliases: ['OPENSPEC_SWEEP_SECONDS'] },
  ),
});
