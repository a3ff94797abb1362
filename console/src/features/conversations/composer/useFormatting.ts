import { computed, nextTick, ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { hasMarks, readFormatted } from '@/lib/formatted'
import { applyMark, nextLine } from '@/lib/marks'
import { localStore } from '@/lib/storage'
import { formats } from './formats'
import type { Format } from './formats'
import type { Mode } from '../drafts'

const key = 'queqiao.formatBar'
const allMarks: readonly Mark[] = ['bold', 'italic', 'code', 'quote', 'list', 'link']

/** Marks of a text that is written: putting them by key and button, and what is sent of them. */
export function useFormatting({ text, area, place, mode, shows }: { text: Ref<string>; area: Readonly<Ref<HTMLTextAreaElement | null>>; place: Ref<string>; mode: Ref<Mode>; shows: () => readonly Mark[] }) {
  /** Notes are read here, where everything shows. */
  const showing = computed(() => (mode.value === 'note' ? allMarks : shows()))
  const open = ref(localStore.read(key) === 'open')
  watch(open, now => localStore.write(key, now ? 'open' : null))
  /** "Send as typed": stars are meant as stars. */
  const asTyped = ref(false)
  watch(place, () => (asTyped.value = false))
  watch(text, now => { if (!now) asTyped.value = false })
  const marked = computed(() => /[*`[\\>]|^(- |[0-9]+\. )/m.test(text.value) && (hasMarks(readFormatted(text.value)) || /\\[*`]/.test(text.value)))

  /** As if it were typed, so that the browser can take it back; a browser that cannot gets the text at once. */
  function replace(from: number, to: number, words: string) {
    const field = area.value
    if (!field) return
    field.focus()
    field.setSelectionRange(from, to)
    if (document.execCommand?.(words ? 'insertText' : 'delete', false, words)) return
    field.setRangeText(words, from, to, 'end')
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  async function put(format: Format) {
    const field = area.value
    if (!field) return
    const next = applyMark(text.value, field.selectionStart, field.selectionEnd, format)
    const [now, was] = [next.text, text.value]
    let from = 0
    while (from < Math.min(now.length, was.length) && now[from] === was[from]) from++
    let tail = 0
    while (tail < Math.min(now.length, was.length) - from && now.at(-1 - tail) === was.at(-1 - tail)) tail++
    replace(from, was.length - tail, now.slice(from, now.length - tail))
    await nextTick()
    field.setSelectionRange(...next.select)
  }

  return {
    showing, open, asTyped, marked, put,
    /** What goes with the text. */
    format: () => (marked.value && !asTyped.value ? { format: 'markdown' as const } : {}),
    /** True: the key put a mark, or went on with a list. */
    key(event: KeyboardEvent, makesLine: boolean) {
      const mod = event.metaKey || event.ctrlKey
      const chosen = mod && !event.altKey && showing.value.length ? formats.find(one => one.key === event.key.toLowerCase() && Boolean(one.shift) === event.shiftKey && showing.value.includes(one.mark)) : undefined
      if (chosen) {
        event.preventDefault()
        void put(chosen)
        return true
      }
      const field = area.value
      if (!makesLine || event.key !== 'Enter' || mod || !field || field.selectionStart !== field.selectionEnd) return false
      const line = nextLine(text.value, field.selectionStart)
      if (!line) return false
      event.preventDefault()
      replace(line.from, field.selectionStart, line.insert)
      return true
    },
  }
}
