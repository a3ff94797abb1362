import type { Channel } from '@/api/types'
import type { ChannelDraft } from './source'

/** The form's own shape: origins are lines of text while they are edited. */
export interface ChannelForm extends Omit<ChannelDraft, 'settings'> {
  settings: Omit<ChannelDraft['settings'], 'allowedOrigins'>
  origins: string
}

export const defaultColor = '#1f5fd1'

export function emptyForm(words: { name: string; title: string; greeting: string }): ChannelForm {
  return { name: words.name, enabled: true, origins: '', settings: { title: words.title, greeting: words.greeting, color: defaultColor, locale: 'auto', position: 'right', notice: 'off', pages: 'shown', userAudience: null, userIssuer: null } }
}

export function toForm({ name, enabled, settings }: Channel): ChannelForm {
  const { allowedOrigins = [], ...rest } = settings
  return { name, enabled, origins: allowedOrigins.join('\n'), settings: { ...rest } }
}

export const originLines = (text: string) => text.split(/[\s,]+/).filter(Boolean)

/** An origin is scheme and host, and a port at most: anything after it would never match what browsers send. */
export function normalOrigin(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  return url.pathname === '/' && !url.search && !url.hash && !url.username ? url.origin : null
}

export const badOrigin = (text: string) => originLines(text).find(line => normalOrigin(line) === null)

export function toDraft(form: ChannelForm): ChannelDraft {
  const allowedOrigins = [...new Set(originLines(form.origins).flatMap(line => normalOrigin(line) ?? []))]
  return { name: form.name.trim(), enabled: form.enabled, settings: { ...form.settings, allowedOrigins } }
}

/** Contrast of white text on a colour (WCAG 2.2, 1.4.3); null when it is no colour. */
export function whiteContrast(hex: string): number | null {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return null
  const [r, g, b] = [1, 3, 5].map(at => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
}
