import type { OutputDestination } from '@ratchet/contract/entities/output';
import type { Database } from '@ratchet/store/database';
import { circuitChannel, tellCircuit } from '@ratchet/store/queries/deliveries';
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';
import { DeliveryError } from './delivery-error.ts';

type State = OutputDestination['circuit'];

export interface CircuitOptions {
  /** Failures in a row after which a destination is left alone. */
  readonly failures?: number;
  /** For how long at first; doubles, up to two minutes. */
  readonly pauseMs?: number;
}

const longestMs = 120_000;

interface Circuit {
  readonly policy: CircuitBreakerPolicy;
  readonly revision: number;
  until: number;
}

/** What this node heard of a circuit, from itself or another node. */
interface Heard {
  readonly state: State;
  readonly until: number;
}

/**
 * A circuit breaker for each destination. Changed settings begin with a closed one. Each node has its own and tells the
 * others, so that any of them can show how a destination does.
 */
export function circuits(database: Database, { failures = 5, pauseMs = 5000 }: CircuitOptions = {}) {
  const own = new Map<string, Circuit>();
  const heard = new Map<string, Heard>();

  const tell = (id: string, state: State, until: number) => {
    heard.set(id, { state, until });
    tellCircuit(database.db, { id, state, until }).catch(() => {});
  };

  function circuitOf(id: string, revision: number): Circuit {
    const known = own.get(id);
    if (known?.revision === revision) return known;
    const pauses = new ExponentialBackoff({ initialDelay: pauseMs, maxDelay: longestMs, generator: doubling });
    const policy = circuitBreaker(
      handleWhen((error) => !(error instanceof DeliveryError) || error.outage),
      { breaker: new ConsecutiveBreaker(failures), halfOpenAfter: pauses },
    );
    const circuit: Circuit = { policy, revision, until: 0 };
    let openings = 0;
    policy.onStateChange((state) => {
      if (own.get(id) !== circuit) return;
      if (state === CircuitState.Open) {
        circuit.until = Date.now() + Math.min(longestMs, pauseMs * 2 ** openings++);
        tell(id, 'open', circuit.until);
      } else if (state === CircuitState.Closed) {
        openings = 0;
        tell(id, 'closed', 0);
      }
    });
    if (known) tell(id, 'closed', 0);
    own.set(id, circuit);
    return circuit;
  }

  return {
    /** Listens to other nodes; answers what ends that. */
    listen: () =>
      database.listen(circuitChannel, (payload) => {
        if (payload === '') return;
        const { id, state, until } = JSON.parse(payload) as { id: string } & Heard;
        heard.set(id, { state, until });
      }),
    /** How long a destination is still left alone; 0: it is not. */
    pauseOf(id: string, revision: number): number {
      const { policy, until } = circuitOf(id, revision);
      return policy.state === CircuitState.Open ? Math.max(0, until - Date.now()) : 0;
    },
    /** Does the work unless the circuit is open, which throws a BrokenCircuitError. */
    through: <T>(id: string, revision: number, work: () => Promise<T>): Promise<T> =>
      circuitOf(id, revision).policy.execute(work),
    stateOf(id: string): State {
      const known = heard.get(id);
      if (!known || known.state === 'closed') return 'closed';
      return Date.now() < known.until ? 'open' : 'half_open';
    },
    /** Begins anew, closed. */
    forget(id: string): void {
      own.delete(id);
      if (heard.has(id)) tell(id, 'closed', 0);
    },
  };
}

export type Circuits = ReturnType<typeof circuits>;

/** Exactly the pauses that are told. */
const doubling = (state: number | undefined, options: { initialDelay: number; maxDelay: number }): [number, number] => {
  const n = state ?? 0;
  return [Math.min(options.maxDelay, options.initialDelay * 2 ** n), n + 1];
};
