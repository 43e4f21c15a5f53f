/** undici's parts, loaded one by one: the package has types for its front door only. */
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici'
  export default Pool
}
