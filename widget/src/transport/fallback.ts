// Built by itself: for networks that let no WebSocket through.
export { openPoll } from './poll'
export { openStream } from './stream'
