import { expect, it } from 'vitest'
import { describeBrowser } from './browsers'
import { depthOf, withBelow } from './people'
import type { Team } from './people'

it('knows the usual browsers', () => {
  expect(describeBrowser('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0')).toEqual({ browser: 'Edge', system: 'Windows', mobile: false })
  expect(describeBrowser('Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1')).toEqual({ browser: 'Safari', system: 'iOS', mobile: true })
  expect(describeBrowser('curl/8')).toEqual({ browser: '', system: '', mobile: false })
  expect(describeBrowser(null)).toEqual({ browser: '', system: '', mobile: false })
})

const team = (id: string, parentId: string | null): Team => ({ id, parentId, name: id, members: [], peopleBelow: 0 })
it('knows where a team stands, also in a broken tree', () => {
  const teams = [team('a', null), team('b', 'a'), team('c', 'b'), team('d', null)]
  expect(depthOf(teams[2]!, teams)).toBe(2)
  expect([...withBelow('a', teams)].sort()).toEqual(['a', 'b', 'c'])
  const broken = [team('a', 'b'), team('b', 'a')]
  expect(depthOf(broken[0]!, broken)).toBe(20)
  expect(withBelow('a', broken).size).toBe(2)
})
