// What is imported beside lockerpm/register must see the secrets already.
import 'lockerpm/register'
import { databaseUrl } from './config.js'

console.log(`DATABASE_URL=${databaseUrl}`)
