/** When a project has last changed, for whoever asks again and again. */
import { startDeadline } from '../http/deadline.ts'
import { endpoints } from '../http/endpoints.ts'
import type { Service } from '../http/service.ts'
import { decodeNumber } from '../wire/decode.ts'

/** Keeps its connections between questions that follow each other closely. */
export interface RevisionReader {
  /**
   * @param signal cancels; its reason is thrown
   * @returns a text that is another one whenever anything in the project has changed
   * @throws the errors of `http/failure.ts`
   */
  read(timeoutMs: number, signal: AbortSignal): Promise<string>
}

/** @param service is never closed: the process ends with it */
export function createRevisionReader(service: Service): RevisionReader {
  return {
    read: async (timeoutMs, signal) => {
      const deadline = startDeadline(timeoutMs, signal)
      try {
        const dates = await Promise.all([
          service.read(endpoints.revisionDate, decodeNumber, deadline),
          service.read(endpoints.deletedItemDate, decodeNumber, deadline),
        ])
        return dates.join(' ')
      } finally {
        deadline.end()
      }
    },
  }
}
