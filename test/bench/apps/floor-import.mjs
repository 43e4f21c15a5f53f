import floor from './floor-request.cjs'

const { bundle, finish, request } = floor
finish(await bundle('fetch-natively.cjs').fetchProject(request, { level: 0, warn() {}, debug() {} }))
