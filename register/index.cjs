'use strict'
require('../dist/preload.cjs').register()
