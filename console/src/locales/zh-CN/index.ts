import app from './app.json'
import ui from './ui.json'
import identity from './identity.json'
import conversations from './conversations.json'
import bulk from './bulk.json'
import channels from './channels.json'
import preferences from './preferences.json'
import errors from './errors.json'
import files from './files.json'

export default { app, ui, identity, conversations, bulk, channels, preferences, errors, files }
