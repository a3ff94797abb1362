import { expect, it } from 'vitest'
import { channelMarkColors } from './channelMarks'

const luminance = (color: string) => [1, 3, 5]
  .map(at => parseInt(color.slice(at, at + 2), 16) / 255)
  .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n]!, 0)

it('white letters read on every channel colour', () => {
  for (const color of channelMarkColors) expect({ color, reads: 1.05 / (luminance(color) + 0.05) >= 4.5 }).toEqual({ color, reads: true })
})
