import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { Status } from '@/api/types'
import { foundTypes } from './source'
import type { FoundType, Question } from './source'

export const statuses: readonly Status[] = ['queued', 'open', 'pending', 'resolved']
export const assignees = ['me', 'none'] as const
export const spans = ['7', '30', '365'] as const

const text = (query: LocationQuery, name: string) => (typeof query[name] === 'string' ? query[name] : '')
const oneOf = <T extends string>(value: string, all: readonly T[]): T | '' => (all.includes(value as T) ? (value as T) : '')

/** The address is the question: it can be shared, and Back leads to it. What cannot be meant is left out. */
export function questionOf(query: LocationQuery): Question {
  return {
    q: text(query, 'q').slice(0, 200),
    type: oneOf(text(query, 'type'), foundTypes) || ('conversations' satisfies FoundType),
    status: oneOf(text(query, 'status'), statuses),
    assignee: oneOf(text(query, 'assignee'), assignees),
    channel: text(query, 'channel'),
    since: oneOf(text(query, 'since'), spans),
    notes: text(query, 'notes') !== 'no',
  }
}

export function addressOf({ q, type, status, assignee, channel, since, notes }: Question): LocationQueryRaw {
  const all: Record<string, string> = { q, type: type === 'conversations' ? '' : type, status, assignee, channel, since, notes: notes ? '' : 'no' }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value))
}

export const isNarrowed = ({ status, assignee, channel, since, notes }: Question) => Boolean(status || assignee || channel || since || !notes)
