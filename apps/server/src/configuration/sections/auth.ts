import * as z from 'zod';
import { onOff, optionalText, section, setting } from '../setting.ts';

export const auth = section('Who may sign in', {
  mode: setting(
    z.enum(['password', 'none']).default('password'),
    'password: people and programs sign in. none: whoever reaches the server may do everything, on loopback only',
    { aliases: ['RATCHET_AUTH'], flag: '--auth' },
  ),
  registration: setting(onOff(false), 'Whether people may make an account for themselves'),
  session_days: setting(z.int().min(1).max(3650).default(30), 'Days that a session lasts without being used'),
  access_token_minutes: setting(z.int().min(1).max(1440).default(15), 'Minutes that an access token lasts'),
  admin: section('The first user, made when there is none', {
    username: setting(z.string().min(1).max(100).default('admin'), 'The name to sign in with', {
      aliases: ['RATCHET_ADMIN_USERNAME'],
    }),
    email: setting(z.string().min(3).max(320).default('admin@localhost'), 'The address', {
      aliases: ['RATCHET_ADMIN_EMAIL'],
    }),
    password: setting(
      z.string().min(8).max(256).nullable().default(null),
      'Without one, one is made and printed once',
      {
        secret: true,
        aliases: ['RATCHET_ADMIN_PASSWORD'],
      },
    ),
    password_file: setting(optionalText(), 'A file with that password in it, instead', {
      path: true,
      aliases: ['RATCHET_ADMIN_PASSWORD_FILE'],
    }),
  }),
});
