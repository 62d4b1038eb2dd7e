import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';

export interface PageTab {
  readonly value: string;
  readonly label: string;
  readonly content: ReactNode;
}

interface Props {
  readonly label: string;
  readonly tabs: readonly PageTab[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Parts of a page of which one is shown. An unknown name in the address shows the first. */
export function PageTabs({ label, tabs, value, onChange }: Props) {
  const shown = tabs.find((tab) => tab.value === value) ?? tabs[0];
  return (
    <Tabs value={shown?.value ?? null} onChange={(next) => next && onChange(next)} keepMounted={false}>
      <Tabs.List aria-label={label} mb="md">
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.value} value={tab.value}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((tab) => (
        <Tabs.Panel key={tab.value} value={tab.value}>
          {tab.content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
