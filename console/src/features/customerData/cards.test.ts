import { expect, it } from 'vitest'
import { orderCard, productCard } from './cards'
import type { Order } from './source'

const order: Order = {
  id: 'Q1', status: 'shipped', createdAt: '2026-11-20T00:00:00Z', currency: 'CNY', total: 15900, statusText: null, paidAt: null, shipping: 0, discount: 0,
  items: [{ id: 'QA-101', name: '卫衣', quantity: 2, price: 7950, variant: '雾蓝 M', image: null, url: null }],
  receiver: { name: '王芳', phone: '13812345678', address: '苏州市虚构路 1 号' }, shipments: [], refunds: [], url: 'https://shop.example/o/Q1', note: '打 13812345678',
}

it('puts nothing personal onto a card', () => {
  const card = orderCard(order, '已发货')
  expect(card).toEqual({ kind: 'order', id: 'Q1', title: '卫衣', amount: 15900, currency: 'CNY', status: '已发货', url: 'https://shop.example/o/Q1', lines: [{ text: '卫衣 雾蓝 M', value: '× 2' }] })
  expect(JSON.stringify(card)).not.toMatch(/王芳|138|虚构/)
})

it('leaves out what an article does not have', () => {
  expect(productCard({ id: '1', name: 'x', price: 5, currency: 'CNY', variant: null, description: 'long', image: null, url: null, facts: null })).toEqual({ kind: 'product', id: '1', title: 'x', amount: 5, currency: 'CNY', lines: [] })
})
