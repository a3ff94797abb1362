import { en } from './en'
import { zhCN } from './zh-CN'

/** Every language is typed by the Chinese one: a missing or misspelt key does not compile. */
export type Messages = typeof zhCN

export type Lang = 'zh-CN' | 'en'

export const languages: Record<Lang, Messages> = { 'zh-CN': zhCN, en }

/** The first wish that names a language decides: Chinese of any kind is zh-CN, all others read English. */
export function pickLang(...wishes: (string | null | undefined)[]): Lang {
  const wish = wishes.find(candidate => candidate && candidate !== 'auto')
  return wish && !/^zh\b/i.test(wish) ? 'en' : 'zh-CN'
}
