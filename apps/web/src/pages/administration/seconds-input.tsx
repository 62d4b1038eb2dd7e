import { NumberInput } from '@mantine/core';

interface Props {
  readonly label: string;
  readonly description?: string;
  readonly name?: string;
  /** Milliseconds. */
  readonly value: number | null;
  readonly onChange: (ms: number | null) => void;
  /** What nothing means; without it there must be a value. */
  readonly nothing?: string;
  readonly min?: number;
  readonly max: number;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
}

/** A length of time in seconds, kept in milliseconds. */
export function SecondsInput({ value, onChange, nothing, min = 0, max, label, ...rest }: Props) {
  return (
    <NumberInput
      {...rest}
      label={label}
      suffix=" s"
      min={min / 1000}
      max={max / 1000}
      decimalScale={3}
      step={1}
      value={value === null ? '' : value / 1000}
      placeholder={nothing}
      onChange={(seconds) =>
        typeof seconds === 'number' ? onChange(Math.round(seconds * 1000)) : nothing !== undefined && onChange(null)
      }
    />
  );
}
