import { Select } from '@mantine/core';
import { useMemo } from 'react';

interface Props {
  readonly value: string;
  readonly onChange: (timezone: string) => void;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
}

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

const offsetOf = (timeZone: string, now: Date): string => {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(now);
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return text === 'GMT' ? 'UTC+00:00' : text.replace('GMT', 'UTC');
  } catch {
    return '';
  }
};

/** A time zone by its IANA name, with how far it is from UTC now. */
export function TimeZoneSelect({ value, onChange, error, disabled }: Props) {
  const own = ownTimeZone();
  const names = useMemo(() => [...new Set(['UTC', own, ...Intl.supportedValuesOf('timeZone')])], [own]);
  const now = useMemo(() => new Date(), []);
  const data = names.includes(value) ? names : [value, ...names];
  return (
    <Select
      label="Time zone"
      name="timezone"
      description={`On whose clock it runs${offsetOf(value, now) ? `: ${offsetOf(value, now)} now` : ''}. Yours is ${own}`}
      data={data}
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      error={error}
      disabled={disabled}
      searchable
      limit={60}
      allowDeselect={false}
      nothingFoundMessage="No time zone of this name"
      maxDropdownHeight={280}
      required
    />
  );
}
