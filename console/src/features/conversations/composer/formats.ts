import type { Mark } from '@/lib/formatted'

/** What can be made of words and lines, with its key: Mod and this, with shift where it says so. */
export interface Format { name: 'bold' | 'italic' | 'link' | 'bullets' | 'numbers' | 'quote' | 'code'; mark: Mark; key: string; shift?: boolean }

export const formats: readonly Format[] = [
  { name: 'bold', mark: 'bold', key: 'b' },
  { name: 'italic', mark: 'italic', key: 'i' },
  { name: 'link', mark: 'link', key: 'k' },
  { name: 'bullets', mark: 'list', key: '8', shift: true },
  { name: 'numbers', mark: 'list', key: '7', shift: true },
  { name: 'quote', mark: 'quote', key: '9', shift: true },
  { name: 'code', mark: 'code', key: 'e' },
]
