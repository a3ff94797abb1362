import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { grounds } from './source'

it('shows both themes as they are', () => {
  const css = readFileSync('src/app/tokens.css', 'utf8')
  for (const [at, theme] of (['light', 'dark'] as const).entries())
    for (const [name, value] of Object.entries(grounds[theme])) expect(new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css)?.[at + 1], `${theme} ${name}`).toBe(value)
})
