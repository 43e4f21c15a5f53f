#!/usr/bin/env node
'use strict'
require('../dist/locker-dev.cjs')
