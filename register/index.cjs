'use strict'
require('../dist/required.cjs')
