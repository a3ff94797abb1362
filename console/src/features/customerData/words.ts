import type { Entry } from './source'

/** Money in minor units, as people of the locale write it. */
const formats = new Map<string, Intl.NumberFormat>()
export function money(minor: number, currency: string, locale: string) {
  const key = `${locale} ${currency}`
  let known = formats.get(key)
  if (!known) formats.set(key, known = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }))
  const digits = known.resolvedOptions().maximumFractionDigits ?? 2
  return known.format(minor / 10 ** digits)
}

/** What the contract's own codes mean; a firm's dictionary comes before. */
const own: Record<Entry['kind'], ReadonlyMap<string, Entry['tone']>> = {
  order: new Map([['unpaid', 'warn'], ['paid', 'neutral'], ['shipped', 'neutral'], ['delivered', 'ok'], ['completed', 'ok'], ['cancelled', 'neutral'], ['after_sales', 'warn']]),
  shipment: new Map([['waiting', 'neutral'], ['moving', 'neutral'], ['delivering', 'neutral'], ['delivered', 'ok'], ['trouble', 'bad'], ['returned', 'warn']]),
  refund: new Map([['requested', 'warn'], ['approved', 'neutral'], ['returning', 'neutral'], ['received', 'neutral'], ['paid', 'ok'], ['rejected', 'bad'], ['cancelled', 'neutral']]),
  refund_kind: new Map([['refund', 'neutral'], ['return', 'neutral'], ['exchange', 'neutral'], ['repair', 'neutral']]),
  level: new Map(),
}
const badge = { neutral: 'plain', ok: 'ok', warn: 'warn', bad: 'bad' } as const

export interface Word { text: string; tone: (typeof badge)[Entry['tone']] }

/** A code in words: the system's own text, the firm's dictionary, the contract's meaning, else the code itself. */
export function wordOf(kind: Entry['kind'], code: string, said: string | null, dictionary: readonly Entry[], locale: string, t: (key: string) => string): Word {
  const entry = dictionary.find(one => one.kind === kind && one.code === code)
  const known = own[kind].get(code)
  const text = said ?? (entry ? (locale.startsWith('zh') ? entry.zh : entry.en) : known ? t(`customerData.code.${kind}.${code}`) : code)
  return { text, tone: badge[entry?.tone ?? known ?? 'neutral'] }
}

/** The newest that happened to a parcel. */
export const lastEvent = <T extends { at: string }>(events: readonly T[] | null): T | undefined =>
  events?.reduce<T | undefined>((newest, one) => (!newest || Date.parse(one.at) > Date.parse(newest.at) ? one : newest), undefined)
