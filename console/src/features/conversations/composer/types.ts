import type { Attachment } from '@/api/types'

/** What goes with a text. */
export interface Sent { replyTo?: number; mentions?: readonly string[]; attachments?: readonly Attachment[]; /** The text has marks. */ format?: 'markdown' }
