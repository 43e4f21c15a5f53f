require('./tell.js').tell(process.argv[2] ?? 'main')
