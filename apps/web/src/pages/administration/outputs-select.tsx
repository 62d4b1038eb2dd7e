import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { useEverywhere } from '../../api/use-identity.ts';

interface Props {
  readonly value: readonly string[];
  readonly onChange: (ids: string[]) => void;
  readonly disabled?: boolean;
}

/** Where outputs go besides the global destinations. Who may see no destinations is not offered any. */
export function OutputsSelect({ value, onChange, disabled }: Props) {
  const enabled = useEverywhere();
  const { data } = useQuery({ ...read('outputDestinations', 'list', { limit: 1000 }), enabled, retry: false });
  if (!data) return null;
  const choices = data.items.filter(({ isGlobal, id }) => !isGlobal || value.includes(id));
  const known = choices.map(({ id, name }) => ({ value: id, label: name }));
  const gone = value.filter((id) => !known.some((choice) => choice.value === id));
  const globals = data.items.filter(({ isGlobal }) => isGlobal).map(({ name }) => name);
  const said = globals.length > 0 ? ` Every output goes to ${globals.join(', ')} anyway.` : '';
  return (
    <MultiSelect
      label="Output destinations"
      description={`Where the output of each run is delivered.${said}`}
      placeholder={value.length > 0 ? undefined : known.length > 0 ? 'None' : 'There are none to choose'}
      data={[...known, ...gone.map((id) => ({ value: id, label: 'A destination that is gone' }))]}
      value={[...value]}
      onChange={onChange}
      disabled={disabled}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Clear the output destinations' }}
    />
  );
}
