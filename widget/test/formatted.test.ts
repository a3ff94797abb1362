import { expect, it } from 'vitest'
import { showFormatted } from '../src/formatted/formatted'
import { read } from '../src/formatted/read'
import { h } from '../src/view/dom'
import vectors from '../../tests/formatted-text.json'

it.each(vectors)('reads $text as everybody does', ({ text, blocks }) => {
  expect(read(text).map(({ kind, lines, apart, first }) => ({
    kind, ...first !== 1 && { first }, ...apart && { apart },
    lines: lines.map(line => line.map(({ text, marks, href }) => [text, ['bold', 'italic', 'code'].filter(mark => marks.includes(mark as 'bold')).map(mark => mark[0]).join(''), ...href ? [href] : []])),
  }))).toEqual(blocks)
})

it('draws marks in place of the words, and nothing that is no mark', () => {
  const box = h('div', { class: 'files' })
  const bubble = h('div', {}, box, 'plain')
  showFormatted(box, '**a** <img src=x onerror=y> [b](https://c.example)\n- x\n- https://d.example\n```\ncode\n```')
  expect(bubble.textContent).toBe('a <img src=x onerror=y> bxhttps://d.examplecode')
  expect([...bubble.querySelectorAll('a')].map(one => one.getAttribute('href'))).toEqual(['https://c.example', 'https://d.example/'])
  expect(bubble.querySelector('strong')?.textContent).toBe('a')
  expect(bubble.querySelectorAll('li')).toHaveLength(2)
  expect(bubble.querySelector('img')).toBeNull()
})
