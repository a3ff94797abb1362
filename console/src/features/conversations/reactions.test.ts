import { describe, expect, it } from 'vitest'
import type { Item } from '@/api/types'
import { reactionsOf } from './reactions'

let seq = 10
const sign = (by: 'contact' | 'agent' | 'system', emoji: string | null, removed = false, more = {}): Item =>
  ({ id: `V.${++seq}`, conversationId: 'V', seq, prev: seq - 1, at: '', kind: 'event', sender: { kind: by, id: by, name: null }, event: { type: 'reacted', of: 1, emoji, removed, ...more } })
const at = (...items: Item[]) => reactionsOf(items).get(1)

describe('signs at a message', () => {
  it('are of either side, ours being one', () => {
    expect(at(sign('contact', '👍'), sign('agent', '👍'))?.signs).toEqual([{ sign: '👍', ours: true, theirs: true }])
    expect(at(sign('agent', '👍'), sign('agent', '👍', true), sign('agent', '🎉'))?.signs).toEqual([{ sign: '🎉', ours: true, theirs: false }])
  })

  it('go away, also where the platform does not say which one', () => {
    expect(at(sign('contact', '👍'), sign('contact', null, true))?.signs).toEqual([])
    expect(at(sign('contact', '👍'), sign('agent', '🎉'), sign('contact', '👍', true))?.signs).toEqual([{ sign: '🎉', ours: true, theirs: false }])
  })

  it('say what the platform did not take, until the next try', () => {
    const reason = { zh: '回复窗口已关闭', en: 'The window is closed' }
    const refused = [sign('agent', '🙏'), sign('system', '🙏', true, { code: '131047', reason })]
    expect(at(...refused)).toEqual({ signs: [], refused: { sign: '🙏', removed: true, reason } })
    expect(at(...refused, sign('agent', '👍'))).toEqual({ signs: [{ sign: '👍', ours: true, theirs: false }] })
  })
})
