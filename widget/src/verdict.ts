export type Verdict = 'again' | 'failed' | 'final' | 'sign-in'

/** Trying longer than this for a reason we do not know would only hide it from the visitor. */
const patience = 3

/** What a refused send means for the message. Ours to decide: the visitor sees "will be sent", "retry" or "cannot be sent". */
export function verdict(code: string, attempt: number): Verdict {
  switch (code) {
    case 'network':
    case 'busy':
    case 'rate_limited':
    case 'storage_unavailable':
    // A gateway in front of a server that is starting answers without one of our codes.
    case '502':
    case '503':
    case '504':
      return 'again'
    // The notice has changed: the session brings the new one.
    case 'notice_required':
    case 'unauthenticated':
    case '401':
      return attempt < patience ? 'sign-in' : 'failed'
    case 'message_too_long':
    case 'validation':
    case 'invalid_json':
    case 'payload_too_large':
      return 'final'
    default:
      return code.startsWith('file_') ? 'final' : attempt < patience ? 'again' : 'failed'
  }
}

/** The visitor should know that waiting is the server's doing, not their network's. */
export function isBusy(code: string): boolean {
  return code === 'busy' || code === 'rate_limited' || code.startsWith('storage_') || /^50[234]$/.test(code)
}
