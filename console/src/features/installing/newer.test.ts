import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepLooking, look, newer, programOf, putAway } from './newer'

const page = (hash: string) => `<html><head><script type="module" crossorigin src="/console/assets/index-${hash}.js"></script></head></html>`
const answer = (text: string, status = 200) => () => Promise.resolve(new Response(text, { status }))
beforeEach(() => {
  newer.value = false
  const script = document.createElement('script')
  script.type = 'module'
  script.setAttribute('src', '/console/assets/index-a1.js')
  document.head.append(script)
})
afterEach(() => document.head.replaceChildren())

it('finds the program of a page', () => {
  expect(programOf(page('x'))).toBe('/console/assets/index-x.js')
  expect(programOf('<html>')).toBeNull()
})

it('says so when the server has another program, and not because it gives no answer', async () => {
  await look(answer(page('a1')))
  await look(answer(page('b2'), 503))
  await look(answer('<html>somebody else</html>'))
  await look(() => Promise.reject(new Error('away')))
  expect(newer.value).toBe(false)
  await look(answer(page('b2')))
  expect(newer.value).toBe(true)
})

it('says nothing more of one that was put away, and of the next one again', async () => {
  await look(answer(page('b2')))
  putAway()
  await look(answer(page('b2')))
  expect(newer.value).toBe(false)
  await look(answer(page('c3')))
  expect(newer.value).toBe(true)
})

it('looks when somebody comes back after a while, and not at every glance', async () => {
  vi.useFakeTimers()
  const network = vi.spyOn(globalThis, 'fetch').mockImplementation(answer(page('a1')))
  keepLooking()
  document.dispatchEvent(new Event('visibilitychange'))
  expect(network).not.toHaveBeenCalled()
  vi.setSystemTime(Date.now() + 30 * 60_000)
  document.dispatchEvent(new Event('visibilitychange'))
  document.dispatchEvent(new Event('visibilitychange'))
  expect(network).toHaveBeenCalledOnce()
  vi.useRealTimers()
})
