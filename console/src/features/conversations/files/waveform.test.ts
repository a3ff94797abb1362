import { expect, it } from 'vitest'
import { clockOf, peaksOf } from './waveform'

it('draws the loudest moment of each stretch, the loudest of all at full height', () => {
  const samples = new Float32Array(100)
  samples[3] = 0.25
  samples[55] = -0.5
  expect(peaksOf(samples, 4)).toEqual([0.5, 0.06, 1, 0.06])
  expect(peaksOf(new Float32Array(0), 2)).toEqual([0.06, 0.06])
})
it('tells the time of a sound', () => expect([0, 9.9, 75, Number.NaN, Infinity].map(clockOf)).toEqual(['0:00', '0:09', '1:15', '0:00', '0:00']))
