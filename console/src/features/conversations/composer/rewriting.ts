import { ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { literal, outgoing } from './rich/lines'

/**
 * A text that was written before, to be written anew. `marked`: it has marks; else its signs are meant as signs. What comes out says
 * whether it has marks now; a text that had some keeps being read so, or its signs would change their meaning.
 */
export function useRewriting(before: { text: string; marked: boolean }, shows: readonly Mark[]) {
  const begin = before.marked ? before.text : literal(before.text, shows)
  const text = ref(begin)
  const said = () => {
    const { words, format } = outgoing(text.value, shows)
    if (format || !before.marked || !shows.length) return { text: words, format }
    return { text: literal(words, shows), format: 'markdown' as const }
  }
  return { text, said, changed: () => text.value.trim() !== begin.trim() }
}
