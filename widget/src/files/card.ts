// Articles and orders that an agent or a bot sent. The message's text says the same; where the card is drawn, it stands for the text.

import type { Card } from '../protocol/types'
import { h } from '../view/dom'

/** Takes the place of the words in the bubble around the box. */
export function showCard(box: HTMLElement, card: Card, lang: string): void {
  const money = card.amount !== undefined && card.currency ? moneyText(card.amount, card.currency, lang) : ''
  const inside = [
    safe(card.image, 'https:') && h('img', { src: card.image!, alt: '', loading: 'lazy' }),
    h('span', { class: 'about' }, h('b', {}, h('bdi', {}, card.title)), card.subtitle && h('small', {}, card.subtitle), card.kind === 'order' && h('small', {}, card.id)),
    ...card.lines.map(line => h('span', { class: 'line' }, h('bdi', {}, line.text), line.value && h('small', {}, line.value))),
    (money || card.status) && h('span', { class: 'line sum' }, h('strong', {}, money), card.status && h('small', {}, card.status)),
  ]
  box.append(safe(card.url) ? h('a', { class: 'thing', href: card.url!, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...inside) : h('div', { class: 'thing' }, ...inside))
  while (box.nextSibling) box.nextSibling.remove()
}

export function moneyText(minor: number, currency: string, lang: string): string {
  const format = new Intl.NumberFormat(lang, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

function safe(address: string | undefined, only?: string): boolean {
  try {
    const { protocol } = new URL(address ?? '')
    return only ? protocol === only : /^https?:$/.test(protocol)
  } catch {
    return false
  }
}
