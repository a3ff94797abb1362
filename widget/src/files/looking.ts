// What the visitor is looking at, told to whoever answers them, from their first message on. Nothing is told before, and nothing
// personal: where they are, and the article or order that the page itself names.
//
// A site says it in a data block, which needs no hole in its policy:
//   <script type="application/json" data-queqiao-page>{"product":{"id":"QA-101","name":"Sweatshirt","price":15900,"currency":"CNY"},"orderId":"Q1"}</script>
// Without one, a schema.org Product in JSON-LD, as search engines read it, does as well.

import type { Api } from '../api'

export interface Article { id: string, name: string, price?: number, currency?: string, variant?: string }
export interface Page { url: string, title: string, product?: Article, orderId?: string }

export class Looking {
  private told = ''

  constructor(private readonly api: Api, private readonly hasWritten: () => boolean) {}

  look(): void {
    if (!this.hasWritten() || document.visibilityState !== 'visible') return
    const body = JSON.stringify(pageOf(document, location.href))
    if (body === this.told) return
    this.told = body
    void fetch(`${this.api.base}/widget/v1/context`, {
      method: 'POST', credentials: 'omit', cache: 'no-store', body,
      headers: { authorization: `Bearer ${this.api.token}`, 'content-type': 'application/json' },
    }).catch(() => { this.told = '' })
  }
}

export function pageOf(doc: Document, address: string): Page {
  const url = new URL(address)
  const own = read(doc.querySelector('script[data-queqiao-page]')) as Partial<Page> | undefined
  const product = own ? own.product : [...doc.querySelectorAll('script[type="application/ld+json"]')].map(script => productIn(read(script))).find(Boolean)
  // What comes behind ? and # may be a secret of the site: it stays here.
  return { url: url.origin + url.pathname, title: doc.title.slice(0, 300), ...(product && { product }), ...(own?.orderId && { orderId: String(own.orderId) }) }
}

function read(script: Element | null): unknown {
  try {
    return JSON.parse(script?.textContent ?? '')
  } catch {
    return undefined
  }
}

function productIn(data: any): Article | undefined {
  if (Array.isArray(data)) return data.map(productIn).find(Boolean)
  if (!data || typeof data !== 'object') return undefined
  if (data['@graph']) return productIn(data['@graph'])
  if (![data['@type']].flat().includes('Product')) return undefined
  const id = data.sku ?? data.productID ?? data.mpn
  if (!id || !data.name) return undefined
  const offer = [data.offers].flat()[0]
  const price = Number(offer?.price ?? offer?.lowPrice)
  const currency = /^[A-Z]{3}$/.test(offer?.priceCurrency) ? offer.priceCurrency as string : ''
  return {
    id: String(id), name: String(data.name),
    ...(currency && Number.isFinite(price) && { price: Math.round(price * 10 ** (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)), currency }),
  }
}
