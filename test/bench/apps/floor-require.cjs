'use strict'
const { bundle, finish, request } = require('./floor-request.cjs')

finish(bundle('bridge.cjs').fetchProjectSync(request, 0, () => {}))
