// Texts that only settings and pages like them need: they come with the first of those pages, not with the inbox.
import contacts from './contacts.json'
import notices from './notices.json'
import settings from './settings.json'
import signedUsers from './signedUsers.json'

export default { settings, contacts, notices, signedUsers }
