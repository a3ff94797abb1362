import { expect, it } from 'vitest'
import { linkPieces } from './links'

const links = (text: string) => linkPieces(text).flatMap(piece => piece.href ?? [])

it.each([
  ['看 https://a.cn/b?c=1，谢谢', ['https://a.cn/b?c=1']],
  ['(see https://a.cn/b).', ['https://a.cn/b']],
  ['https://a.cn/b_(c)', ['https://a.cn/b_(c)']],
  ['javascript:alert(1) data:text/html,x //a.cn ftp://a.cn', []],
  ['https://', []],
  ['HTTPS://A.cn http://b.cn', ['HTTPS://A.cn', 'http://b.cn']],
  ['https://a.cn/<img src=x onerror=1>', ['https://a.cn/']],
  ['订单https://a.cn/订单', ['https://a.cn/']],
])('%s', (text, expected) => expect(links(text)).toEqual(expected))

it('loses no character', () => {
  const text = 'x https://a.cn. y\nhttps://b.cn) z'
  expect(linkPieces(text).map(piece => piece.text).join('')).toBe(text)
})
