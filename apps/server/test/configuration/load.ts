import { showFault } from '../../src/configuration/fault.ts';
import { loadConfiguration } from '../../src/configuration/load-configuration.ts';
import { readConfiguration } from '../../src/configuration/read-file.ts';

interface More {
  environment?: Record<string, string>;
  options?: Record<string, unknown>;
  mode?: number;
}

/** A configuration from a text, as if it stood in /etc/ratchet/ratchet.yaml. */
export function load(text: string, { environment = {}, options = {}, mode = 0o600 }: More = {}) {
  const path = '/etc/ratchet/ratchet.yaml';
  const file = readConfiguration(path, { text, mode }, environment);
  const loaded = loadConfiguration({ file, environment: { HOME: '/home/una', ...environment }, options });
  const said = (faults: typeof loaded.faults) => faults.map((fault) => showFault(fault).replace(`${path}:`, ''));
  return {
    ...loaded,
    errors: said(loaded.faults),
    risks: said(loaded.warnings),
    value: (name: string) => loaded.values.get(name)?.value,
    source: (name: string) => loaded.values.get(name)?.source,
  };
}
