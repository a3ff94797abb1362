// Texts that only settings and pages like them need: they come with the first of those pages, not with the inbox.
import bulk from './bulk.json'
import background from './background.json'
import replies from './replies.json'
import notices from './notices.json'
import routing from './routing.json'
import search from './search.json'
import settings from './settings.json'
import signedUsers from './signedUsers.json'
import people from './people.json'
import security from './security.json'
import tokens from './tokens.json'
import workspace from './workspace.json'
import profile from './profile.json'
import notifications from './notifications.json'
import audit from './audit.json'
import workbench from './workbench.json'

export default { background, bulk, replies, routing, search, settings, notices, signedUsers, people, security, tokens, workspace, profile, notifications, audit, workbench }
