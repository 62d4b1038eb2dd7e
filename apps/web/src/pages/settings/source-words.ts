import type { SettingRow } from './setting-values.ts';

export const sourceWords: Readonly<Record<SettingRow['source'] & string, string>> = {
  default: 'Default',
  file: 'File',
  environment: 'Environment',
  argument: 'Command line',
};
