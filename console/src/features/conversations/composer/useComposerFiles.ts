import { computed } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { showToast } from '@/ui'
import { useFileDesk } from '../files'
import { mostFiles } from '../files/uploads'

/** Files that are added to what is being written: chosen, pasted or dropped. */
export function useComposerFiles(place: Ref<string>, added: () => void) {
  const { t } = useI18n()
  const { uploads } = useFileDesk()
  function add(files: File[]) {
    if (files.length && uploads.add(place.value, files) > 0) showToast(t('files.tooMany', { n: mostFiles }), { tone: 'bad' })
    added()
  }
  return {
    uploads,
    files: computed(() => uploads.of(place.value)),
    add,
    onPick(event: Event) {
      const picker = event.target as HTMLInputElement
      add([...(picker.files ?? [])])
      picker.value = ''
    },
    onPaste(event: ClipboardEvent) {
      const pasted = [...(event.clipboardData?.files ?? [])]
      // A table copied from a spreadsheet is text and a picture of it: the text is meant.
      if (!pasted.length || event.clipboardData?.types.includes('text/plain')) return
      event.preventDefault()
      add(pasted)
    },
  }
}
