import { afterEach, expect, it, vi } from 'vitest'
import { moneyText, showCard } from '../src/files/card'
import { Looking, pageOf } from '../src/files/looking'
import { h } from '../src/view/dom'

const bubble = (...text: string[]) => {
  const box = h('div', { class: 'files' })
  return { box, node: h('div', {}, box, ...text) }
}
afterEach(() => { document.head.replaceChildren(); vi.unstubAllGlobals() })

it('draws a card in place of its words', () => {
  const { box, node } = bubble('Q1 hoodie\n¥159.00')
  showCard(box, { kind: 'order', id: 'Q1', title: 'Hoodie <b>', amount: 15900, currency: 'CNY', status: 'shipped', url: 'https://shop.example/o/Q1', lines: [{ text: 'blue M', value: '× 1' }] }, 'zh-CN')
  expect(node.textContent).toBe('Hoodie <b>Q1blue M× 1¥159.00shipped')
  expect(node.querySelector('a')?.href).toBe('https://shop.example/o/Q1')
  expect(node.querySelector('a')?.rel).toContain('noopener')
})

it('links to nothing that is no web address, and shows pictures by https alone', () => {
  const { box } = bubble('x')
  showCard(box, { kind: 'product', id: '1', title: 'x', url: 'javascript:alert(1)', image: 'http://x.example/p.png', lines: [] }, 'en')
  expect(box.querySelector('a, img')).toBeNull()
})

it('writes minor units as money', () => {
  expect(moneyText(15900, 'CNY', 'zh-CN')).toBe('¥159.00')
  expect(moneyText(15900, 'JPY', 'en')).toBe('¥15,900')
})

const block = (attributes: Record<string, string>, text: string) => {
  const script = document.createElement('script')
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value)
  script.textContent = text
  document.head.append(script)
}

it('says where a visitor is without what may be secret', () => {
  document.title = 'Hoodie'
  expect(pageOf(document, 'https://shop.example/p/1?token=secret#me')).toEqual({ url: 'https://shop.example/p/1', title: 'Hoodie' })
})

it('reads the site\'s own block before what search engines read', () => {
  block({ type: 'application/ld+json' }, 'not json')
  block({ type: 'application/ld+json' }, JSON.stringify({ '@graph': [{ '@type': 'WebPage' }, { '@type': ['Product'], sku: 'QA-101', name: 'Hoodie', offers: [{ price: '159.00', priceCurrency: 'CNY' }] }] }))
  expect(pageOf(document, 'https://shop.example/').product).toEqual({ id: 'QA-101', name: 'Hoodie', price: 15900, currency: 'CNY' })
  block({ 'type': 'application/json', 'data-queqiao-page': '' }, JSON.stringify({ product: { id: 'own', name: 'Own' }, orderId: 'Q1' }))
  expect(pageOf(document, 'https://shop.example/')).toMatchObject({ product: { id: 'own' }, orderId: 'Q1' })
})

it('tells once for each page, and nothing before the visitor has written', () => {
  const fetch = vi.fn(async (_address: string, _request?: RequestInit) => new Response())
  vi.stubGlobal('fetch', fetch)
  let written = false
  const looking = new Looking({ base: 'https://chat.example', token: 'T' } as never, () => written)
  looking.look()
  expect(fetch).not.toHaveBeenCalled()
  written = true
  looking.look()
  looking.look()
  expect(fetch).toHaveBeenCalledTimes(1)
  expect(fetch.mock.calls[0]?.[0]).toBe('https://chat.example/widget/v1/context')
})
