// Waits for a TERM, which it takes its own way.
process.on('SIGTERM', () => {
  console.log('told to stop')
  process.exit(3)
})
setInterval(() => {}, 1000)
console.log('ready')
