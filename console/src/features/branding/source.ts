import type { Http } from '@/api/client'
import type { BrandImages } from '@/lib/brand'

export interface Shades { fill: string; hover: string; ink: string; soft: string; bubble: string }
export interface Colors { light: Shades; dark: Shades; isMoved: boolean }
export interface Branding { name: string | null; color: string | null; mailFooter: string | null; images: BrandImages; colors: Colors | null; sheet: string | null }
export const imageKinds = ['logo-light', 'logo-dark', 'icon'] as const
export type ImageKind = (typeof imageKinds)[number]

export const brandingKey = ['branding'] as const
export const brandingSource = (http: Http) => ({
  show: () => http.get<Branding>('/api/v1/branding'),
  change: (change: Pick<Branding, 'name' | 'color' | 'mailFooter'>) => http.put<Branding>('/api/v1/branding', change),
  colors: (color: string) => http.get<Colors>('/api/v1/branding/colors', { color }),
  setImage: (kind: ImageKind, image: { contentType: string; data: string }) => http.put<Branding>(`/api/v1/branding/images/${kind}`, image),
  takeImage: (kind: ImageKind) => http.remove<Branding>(`/api/v1/branding/images/${kind}`),
})
export type BrandingSource = ReturnType<typeof brandingSource>

/** What the preview needs of `tokens.css` in each theme: the theme of the page cannot be turned round inside it. A test compares them. */
export const grounds = {
  light: { '--surface': '#ffffff', '--line': '#e1e5eb', '--ink': '#16202c', '--ink-3': '#5c6879', '--rail': '#122033', '--rail-hover': '#22334a', '--brand': '#1f5fd1', '--brand-ink': '#1a53b8', '--brand-soft': '#e7effd', '--bubble-out': '#dfeafc' },
  dark: { '--surface': '#131922', '--line': '#283341', '--ink': '#e9eef5', '--ink-3': '#93a0b1', '--rail': '#080c12', '--rail-hover': '#1a222d', '--brand': '#2f6fe4', '--brand-ink': '#86b4ff', '--brand-soft': '#182a47', '--bubble-out': '#1c3358' },
} as const

/** Shades as the console's own custom properties, in one theme. */
export const tokensOf = (shades: Shades) => ({ '--brand': shades.fill, '--brand-hover': shades.hover, '--brand-ink': shades.ink, '--brand-soft': shades.soft, '--bubble-out': shades.bubble })

export const base64Of = (file: Blob) => new Promise<string>((resolve, reject) => {
  const reader = new FileReader()
  reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '')
  reader.onerror = () => reject(new Error('unreadable'))
  reader.readAsDataURL(file)
})
