import app from './app.json'
import ui from './ui.json'
import identity from './identity.json'
import conversations from './conversations.json'
import channels from './channels.json'
import preferences from './preferences.json'
import errors from './errors.json'
import files from './files.json'

export default { app, ui, identity, conversations, channels, preferences, errors, files }
