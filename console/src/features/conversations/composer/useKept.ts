import type { Ref } from 'vue'
import { useComposing } from '../composing'
import type { createDrafts, Mode } from '../drafts'
import type { Uploads } from '../files/uploads'

interface Written { id: () => string; mode: Ref<Mode>; drafts: ReturnType<typeof createDrafts>; uploads: Uploads }

/**
 * What is written now, to be put back when it does not go after all: where it was written, whatever is open by then, and before what has
 * been written there meanwhile.
 */
export function useKept({ id, mode, drafts, uploads }: Written) {
  const composing = useComposing()
  return (): () => void => {
    const [of, as] = [id(), mode.value]
    const [text, files, answering] = [drafts.get(of, as), uploads.of(`${of}:${as}`), composing.answering[of]]
    return () => {
      drafts.set(of, as, [text, drafts.get(of, as)].filter(Boolean).join('\n'))
      uploads.putBack(`${of}:${as}`, files)
      if (answering && as === 'reply') composing.answering[of] ??= answering
    }
  }
}
