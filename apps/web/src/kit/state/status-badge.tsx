import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconHelpCircle,
  IconLoader2,
  IconPlayerStop,
  IconX,
} from '@tabler/icons-react';
import './palette.css';
import classes from './state.module.css';
import { lookOf, type StatusIcon, type Tone } from './tones.ts';

const icons: Readonly<Record<StatusIcon, typeof IconCheck>> = {
  done: IconCheck,
  failed: IconX,
  attention: IconAlertTriangle,
  waiting: IconClock,
  working: IconLoader2,
  stopped: IconPlayerStop,
  off: IconCircleDashed,
  unknown: IconHelpCircle,
};

export interface StatusBadgeProps {
  /** A status word of the contract. */
  status: string;
  /** Instead of the word's usual text. */
  text?: string;
  /** Instead of the word's usual meaning, where it means something else: an open circuit is no open conflict. */
  tone?: Tone;
  title?: string;
}

/** A status by colour, icon and text. */
export function StatusBadge({ status, text, tone, title }: StatusBadgeProps) {
  const look = lookOf(status);
  const Icon = icons[look.icon];
  return (
    <span className={`${classes.badge} ${classes.tone}`} data-tone={tone ?? look.tone} title={title}>
      <Icon size={14} stroke={2.2} aria-hidden className={look.icon === 'working' ? classes.spin : undefined} />
      {text ?? look.text}
    </span>
  );
}
