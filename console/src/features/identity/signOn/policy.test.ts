import { expect, it } from 'vitest'
import { readNetworks, writeNetworks } from './policy'

it('reads networks with their notes and writes them back', () => {
  const networks = readNetworks(' 203.0.113.0/24  Head office \n\n2001:db8::/32\n')
  expect(networks).toEqual([{ network: '203.0.113.0/24', note: 'Head office' }, { network: '2001:db8::/32', note: null }])
  expect(writeNetworks(networks)).toBe('203.0.113.0/24 Head office\n2001:db8::/32')
})
