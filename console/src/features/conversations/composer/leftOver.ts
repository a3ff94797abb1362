/** What has been written since `sent` was; where that was changed meanwhile, all of it. */
export const leftOver = (now: string, sent: string) => (now.startsWith(sent) ? now.slice(sent.length).trim() : now)
