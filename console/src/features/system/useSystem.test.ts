import { expect, it } from 'vitest'
import { byUrgency } from './useSystem'

it('shows what needs somebody first and keeps the rest in order', () => {
  const found = (code: string, verdict: 'ok' | 'warn' | 'fail') => ({ topic: 't', code, verdict, text: '' })
  expect(byUrgency([found('a', 'ok'), found('b', 'warn'), found('c', 'fail'), found('d', 'ok'), found('e', 'fail')]).map(one => one.code)).toEqual(['c', 'e', 'b', 'a', 'd'])
})
