import { effectScope, ref } from 'vue'
import type { NavigationGuard, RouteLocationNormalized } from 'vue-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useAhead } from './useAhead'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] }))
afterEach(() => vi.useRealTimers())

function begin(at = 'a') {
  const id = ref(at)
  const followed: string[] = []
  let guard: NavigationGuard | undefined
  const scope = effectScope()
  const ahead = scope.run(() => useAhead(() => id.value, next => { followed.push(next); id.value = next }, { beforeEach: how => { guard = how as NavigationGuard; return () => (guard = undefined) } }))!
  const leaveFor = (name: string) => void (guard as unknown as (to: Partial<RouteLocationNormalized>) => void)({ name })
  return { id, followed, scope, leaveFor, ...ahead }
}

it('shows what is chosen at once; the address follows a paint later, to the last of several only', () => {
  const { chosen, go, followed, id } = begin()
  go('b')
  go('c')
  expect([chosen.value, id.value]).toEqual(['c', 'a'])
  vi.advanceTimersByTime(100)
  expect([chosen.value, id.value, followed]).toEqual(['c', 'c', ['c']])
})

it('follows the address when that changes by itself', () => {
  const { chosen, go, followed, id } = begin()
  go('b')
  id.value = 'z' // Back was pressed
  vi.advanceTimersByTime(100)
  expect([chosen.value, followed]).toEqual(['z', []])
})

it('does not call back who has left the inbox meanwhile', () => {
  const { go, followed, leaveFor, scope } = begin()
  go('b')
  leaveFor('inbox')
  leaveFor('contacts')
  vi.advanceTimersByTime(100)
  expect(followed).toEqual([])
  go('c')
  scope.stop()
  vi.advanceTimersByTime(100)
  expect(followed).toEqual([])
})
