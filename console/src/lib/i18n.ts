import { inject, shallowRef } from 'vue'
import type { App, InjectionKey, Ref } from 'vue'

/**
 * What the console needs of translating, and no more: texts by dotted key with `{name}` places, numbers by locale. Texts are plain JSON.
 * Stands in for the package vue-i18n (vite.config.ts, tsconfig.json), whose names it keeps: a tenth of its size.
 */
export interface Texts { [key: string]: string | string[] | Texts }
export type Named = Readonly<Record<string, unknown>>
export type ComposerTranslation = (key: string, named?: Named) => string

export interface I18n<L extends string = string> {
  locale: Ref<L>
  readonly availableLocales: L[]
  t: ComposerTranslation
  te(key: string): boolean
  /** A list of texts. */
  tm(key: string): string[]
  rt(text: string): string
  n(value: number, options?: Intl.NumberFormatOptions): string
  setLocaleMessage(locale: L, texts: Texts): void
  mergeLocaleMessage(locale: L, texts: Texts): void
}

const key: InjectionKey<I18n> = Symbol('i18n')

function flatten(texts: Texts, into: Map<string, string | string[]>, path = '') {
  for (const [name, value] of Object.entries(texts)) {
    if (typeof value === 'string' || Array.isArray(value)) into.set(path + name, value)
    else flatten(value, into, `${path}${name}.`)
  }
}

export const fillPlaces = (text: string, named: Named | undefined) =>
  text.includes('{') ? text.replace(/\{\s*(\w+)\s*\}/g, (_, name: string) => String(named?.[name] ?? '')) : text

export function createI18n<L extends string>(options: { locale: L; fallbackLocale?: L; messages: Partial<Record<L, Texts>>; missing?: (key: string) => void }) {
  const locale = shallowRef(options.locale) as Ref<L>
  const known = shallowRef(new Map<L, Map<string, string | string[]>>())
  const numbers = new Map<string, Intl.NumberFormat>()

  function merge(of: L, texts: Texts, anew: boolean) {
    const next = new Map(anew ? [] : known.value.get(of))
    flatten(texts, next)
    known.value = new Map(known.value).set(of, next)
  }
  for (const [of, texts] of Object.entries(options.messages)) merge(of as L, texts as Texts, true)

  const find = (name: string) => {
    const fallback = options.fallbackLocale
    return known.value.get(locale.value)?.get(name) ?? (fallback === undefined ? undefined : known.value.get(fallback)?.get(name))
  }
  const global: I18n<L> = {
    locale,
    get availableLocales() { return [...known.value.keys()] },
    t(name, named) {
      const text = find(name)
      if (typeof text === 'string') return fillPlaces(text, named)
      options.missing?.(name)
      return name
    },
    te: name => typeof known.value.get(locale.value)?.get(name) === 'string',
    tm: name => { const list = find(name); return Array.isArray(list) ? list : [] },
    rt: text => text,
    n(value, options) {
      if (options) return new Intl.NumberFormat(locale.value, options).format(value)
      let format = numbers.get(locale.value)
      if (!format) numbers.set(locale.value, format = new Intl.NumberFormat(locale.value))
      return format.format(value)
    },
    setLocaleMessage: (of, texts) => merge(of, texts, true),
    mergeLocaleMessage: (of, texts) => merge(of, texts, false),
  }
  return { global, install: (app: App) => { app.provide(key, global as unknown as I18n) } }
}

export function useI18n(): I18n {
  const i18n = inject(key)
  if (!i18n) throw new Error('no texts are provided')
  return i18n
}
