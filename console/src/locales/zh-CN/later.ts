// Texts that only settings and pages like them need: they come with the first of those pages, not with the inbox.
import notices from './notices.json'
import settings from './settings.json'
import signedUsers from './signedUsers.json'

export default { settings, notices, signedUsers }
