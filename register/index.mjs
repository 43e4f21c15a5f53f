import bundle from '../dist/register.cjs'

if (bundle.isPreloadOf(import.meta.url)) await bundle.registerAsync()
else bundle.register()
