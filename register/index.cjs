'use strict'
require('../dist/register.cjs').register()
