import type { MessageCard } from '@/api/types'
import type { Order, Product } from './source'

/** An order as a card. Nothing personal goes onto it: a customer may pass it on. */
export const orderCard = (order: Order, status: string): MessageCard => ({
  kind: 'order', id: order.id, title: order.items[0]?.name ?? order.id, amount: order.total, currency: order.currency, status,
  ...(order.url && { url: order.url }),
  ...(order.items[0]?.image && { image: order.items[0].image }),
  lines: order.items.slice(0, 5).map(item => ({ text: [item.name, item.variant].filter(Boolean).join(' '), value: `× ${item.quantity}` })),
})

export const productCard = (product: Product): MessageCard => ({
  kind: 'product', id: product.id, title: product.name, amount: product.price, currency: product.currency,
  ...(product.variant && { subtitle: product.variant }),
  ...(product.url && { url: product.url }),
  ...(product.image && { image: product.image }),
  lines: [],
})
