export interface Facts { channels: number; colleagues: number; conversations: number; answered: boolean }
export const steps = ['channel', 'colleagues', 'first', 'answer'] as const
export type Step = (typeof steps)[number]

/** Which steps are done, and which is next. Colleagues can come later: that step is never in the way. */
export function progressOf(facts: Facts) {
  const done: Record<Step, boolean> = { channel: facts.channels > 0, colleagues: facts.colleagues > 1, first: facts.conversations > 0, answer: facts.answered }
  const next = steps.find(step => !done[step] && step !== 'colleagues') ?? null
  return { done, next, finished: next === null, count: steps.filter(step => done[step]).length }
}
