// Runs until it is stopped.
const { tell } = require('./tell.js')

tell(process.env['LOCKER_SECRET_ACCESS_KEY'] ? 'server' : 'server without the access key')
setInterval(() => {}, 1000)
