import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('src/app/tokens.css', 'utf8')
const tokens = new Map([...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, [light, dark]]))

function luminance(hex: string) {
  const [r, g, b] = [1, 3, 5].map(at => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(ink: string, ground: string, theme: 0 | 1) {
  const [a, b] = [ink, ground].map(name => luminance(tokens.get(name)?.[theme] as string)).sort((x, y) => y - x) as [number, number]
  return (a + 0.05) / (b + 0.05)
}

const grounds = ['surface', 'raised', 'canvas', 'hover', 'brand-soft']
const text: [string, string][] = [
  ...grounds.flatMap(ground => ['ink', 'ink-2', 'ink-3', 'brand-ink'].map(ink => [ink, ground] as [string, string])),
  ...['bubble-in', 'bubble-out', 'note'].flatMap(ground => ['ink', 'ink-2', 'brand-ink'].map(ink => [ink, ground] as [string, string])),
  ['on-brand', 'brand'], ['on-brand', 'brand-hover'], ['on-brand', 'bad-fill'], ['rail-ink', 'rail'], ['rail-ink', 'rail-hover'], ['rail-on', 'rail-hover'],
  ...['ok', 'warn', 'bad'].flatMap(name => [[name, `${name}-soft`], [name, 'surface'], [name, 'raised']] as [string, string][]),
  ['bad', 'bubble-out'], ['warn', 'note'], ['bad', 'brand-soft'], ['warn', 'brand-soft'], ['bad', 'hover'], ['warn', 'hover'],
]
const shapes: [string, string][] = [['field', 'surface'], ['field', 'raised'], ['note-line', 'surface'], ['brand', 'surface'], ['brand-ink', 'canvas'], ['ok', 'surface'], ['bad', 'surface']]

describe.each([['light', 0], ['dark', 1]] as const)('%s', (_, theme) => {
  it.each(text)('text %s on %s', (ink, ground) => expect(contrast(ink, ground, theme)).toBeGreaterThanOrEqual(4.5))
  it.each(shapes)('shape %s on %s', (ink, ground) => expect(contrast(ink, ground, theme)).toBeGreaterThanOrEqual(3))
})

it('no class names a colour that the theme does not have', () => {
  const theme = readFileSync('src/app/styles.css', 'utf8')
  const named = (readdirSync('src', { recursive: true }) as string[]).filter(file => file.endsWith('.vue')).flatMap(file =>
    [...readFileSync(`src/${file}`, 'utf8').matchAll(/[\s"'`:](?:bg|text|border|ring|fill|stroke|outline|divide|accent)-(white|black|(?:slate|gray|zinc|neutral|stone|red|orange|amber|yellow|lime|green|emerald|teal|cyan|sky|blue|indigo|violet|purple|fuchsia|pink|rose)-\d{2,3})\b/g)].map(match => match[1] as string))
  expect([...new Set(named)].filter(color => !theme.includes(`--color-${color}:`))).toEqual([])
})
