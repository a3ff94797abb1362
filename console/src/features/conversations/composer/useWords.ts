import { computed } from 'vue'
import type { Ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { piecesOf } from './budget'
import { outgoing, plainText } from './rich/lines'

/** What is sent of a text, and how the API and the channel count it. */
export function useWords(text: Ref<string>, showing: Ref<readonly Mark[]>, most: () => number | null) {
  const said = computed(() => outgoing(text.value, showing.value))
  /** Without marks: what the channel counts, and where places and names are looked for. */
  const words = computed(() => (showing.value.length ? plainText(text.value, showing.value) : text.value))
  return { said, words, length: computed(() => [...said.value.words].length), pieces: computed(() => piecesOf(words.value, most())) }
}
