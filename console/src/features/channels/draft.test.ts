import { expect, it } from 'vitest'
import { badOrigin, emptyForm, normalOrigin, toDraft, toForm, whiteContrast } from './draft'

it.each([
  ['https://a.cn', 'https://a.cn'],
  ['HTTPS://A.cn:443/', 'https://a.cn'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['https://a.cn/shop', null],
  ['a.cn', null],
  ['javascript:alert(1)', null],
  ['https://u@a.cn', null],
])('%s', (text, expected) => expect(normalOrigin(text)).toBe(expected))

it('names the line that is wrong', () => expect(badOrigin('https://a.cn\nb.cn')).toBe('b.cn'))

it('goes to the server and back unchanged', () => {
  const form = { ...emptyForm({ name: 'n', title: 't', greeting: 'g' }), origins: 'https://a.cn\nhttps://b.cn' }
  const channel = { ...toDraft(form), id: 'C', kind: 'web', createdAt: '', snippet: '' }
  expect(toForm(channel)).toEqual(form)
})

it('judges white text', () => {
  expect(whiteContrast('#1f5fd1')).toBeGreaterThan(4.5)
  expect(whiteContrast('#ffd400')).toBeLessThan(3)
  expect(whiteContrast('blue')).toBeNull()
})
