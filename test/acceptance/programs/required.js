require('lockerpm/register')
console.log(`DATABASE_URL=${process.env['DATABASE_URL']}`)
