// What the log says about the rating: asked, given, and whether it may still be changed. Pure.

import type { Item } from '../protocol/types'

export interface Given { score: number, comment: string }

export interface Rating {
  /** The entry that asked; one that came later asks anew. */
  asked: string
  given: Given | null
  /** Since when the first answer stands: from there the server counts a day. */
  since: number
}

const changesFor = 24 * 3600_000

export function ratingOf(items: readonly Item[]): Rating | null {
  let rating: Rating | null = null
  for (const { id, at, event } of items) {
    if (event?.type === 'rating_requested') rating = { asked: id, given: null, since: 0 }
    // What came before the question, or before the first page, answers another one.
    if (event?.type === 'rated' && rating)
      rating = { ...rating, given: { score: event.score, comment: event.comment ?? '' }, since: rating.since || Date.parse(at) }
  }
  return rating
}

export function mayChange({ since }: Rating, now: number): boolean {
  return !since || now - since <= changesFor
}
