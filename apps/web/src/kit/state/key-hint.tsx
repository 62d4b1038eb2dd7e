import { Kbd } from '@mantine/core';
import { Fragment } from 'react';

export interface KeyHintProps {
  /** `Mod+S`, `G T` (one after the other), `/`. Mod is Command on a Mac, else Control. */
  keys: string;
}

const apple = /mac|iphone|ipad/i.test(globalThis.navigator?.userAgent ?? '');
const names: Readonly<Record<string, string>> = {
  Mod: apple ? '⌘' : 'Ctrl',
  Alt: apple ? '⌥' : 'Alt',
  Enter: 'Enter',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** The keys that do something. */
export function KeyHint({ keys }: KeyHintProps) {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {keys.split(' ').map((chord, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same chord may come twice, and the list never changes
        <Fragment key={`${index}:${chord}`}>
          {index > 0 && ' then '}
          {(chord === '+' ? ['+'] : chord.split('+')).map((key, at) => (
            <Fragment key={key}>
              {at > 0 && ' + '}
              <Kbd size="xs">{names[key] ?? key}</Kbd>
            </Fragment>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
