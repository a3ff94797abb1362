import type { Mark } from '@/lib/formatted'

/** Notes are read here, where everything shows. */
export const allMarks: readonly Mark[] = ['bold', 'italic', 'code', 'quote', 'list', 'link']
