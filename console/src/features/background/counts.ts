import type { JobState, Summary } from './source'

/** What the page leads with: work to come, work at hand, and what needs somebody. */
export function totals(summary: Summary) {
  const sum = (...states: JobState[]) => summary.kinds.reduce((all, kind) => all + states.reduce((n, state) => n + (kind.counts[state] ?? 0), 0), 0)
  return {
    waiting: sum('waiting', 'behind'),
    running: sum('running'),
    dead: sum('dead'),
    parked: summary.listeners.reduce((all, one) => all + one.parked, 0),
    lag: Math.max(0, ...summary.listeners.map(one => one.lag)),
  }
}

/** The acts a job allows: as the server's rules. */
export const actsOf = (state: JobState, cancelAsked: boolean): readonly ('replay' | 'discard' | 'cancel')[] =>
  state === 'dead' ? ['replay', 'discard']
  : state === 'discarded' || state === 'cancelled' ? ['replay']
  : state === 'waiting' || state === 'behind' || (state === 'running' && !cancelAsked) ? ['cancel']
  : []
