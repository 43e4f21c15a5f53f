/** Answers the SDK's questions, on the network's side. It never sees a secret access key or a plaintext. */
import { type Deadline, startDeadline } from '../http/deadline.ts'
import { endpoints } from '../http/endpoints.ts'
import type { Service } from '../http/service.ts'
import { decodeEnvironment, decodeProfile, decodeSecret } from '../wire/decode.ts'
import { ENVIRONMENTS, loadList, readPages, SECRETS } from './pages.ts'
import type { Answer, Question, ReadQuestion, TimeLimit, WriteQuestion } from './question.ts'
import { fetchChanges } from './revalidate.ts'
import { createSharing } from './sharing.ts'

/** Keeps its connections between calls, for as long as they are used. */
export interface Client {
  /**
   * @param questions asked side by side. A read that is under way already is shared.
   * @param signal cancels; its reason is thrown
   * @returns the answers, in the same order
   * @throws the errors of `http/failure.ts`
   */
  ask(questions: readonly Question[], time: TimeLimit, signal?: AbortSignal): Promise<readonly Answer[]>
  /** Closes every connection. */
  close(): void
}

/** @param service is closed with the client */
export function createClient(service: Service): Client {
  const { share, forget } = createSharing()
  const askOne = (question: Question, time: TimeLimit, signal: AbortSignal): Promise<Answer> => {
    if (!isRead(question)) {
      return within(time, signal, (deadline) => write(service, question, deadline)).finally(forget)
    }
    const work = (cancelled: AbortSignal) =>
      within(time, cancelled, (deadline) => answer(service, question, deadline))
    return share(JSON.stringify(question), work, { timeoutMs: time.timeoutMs - time.spentMs, signal })
  }
  return {
    ask: (questions, time, signal) =>
      untilOneFails(signal, (over) => questions.map((question) => askOne(question, time, over))),
    close: service.close,
  }
}

/** @param begin gets a signal that ends what is still under way when the caller cancels or something has failed */
async function untilOneFails<T>(
  caller: AbortSignal | undefined,
  begin: (over: AbortSignal) => Promise<T>[],
): Promise<T[]> {
  caller?.throwIfAborted()
  const over = new AbortController()
  const cancel = () => over.abort(caller?.reason)
  caller?.addEventListener('abort', cancel)
  try {
    return await Promise.all(begin(over.signal))
  } finally {
    caller?.removeEventListener('abort', cancel)
    over.abort()
  }
}

async function within<T>(
  { timeoutMs, spentMs, limit }: TimeLimit,
  signal: AbortSignal,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(timeoutMs, signal, spentMs, limit)
  try {
    return await work(deadline)
  } finally {
    deadline.end()
  }
}

function isRead(question: Question): question is ReadQuestion {
  return !('body' in question)
}

async function answer(service: Service, question: ReadQuestion, deadline: Deadline): Promise<Answer> {
  switch (question.ask) {
    case 'profile':
      return service.read(endpoints.profile, decodeProfile, deadline)
    case 'secrets': {
      const { hash } = question
      const { items } = await loadList(service, { ...SECRETS, filter: { hash } }, deadline)
      // Whatever the server takes for a filter, nothing else may be taken for this secret.
      return items.filter((secret) => secret.secret_hash === hash)
    }
    case 'environments': {
      const { hash } = question
      if (hash === undefined) return (await loadList(service, ENVIRONMENTS, deadline)).items
      const { items } = await loadList(service, { ...ENVIRONMENTS, filter: { hash } }, deadline)
      return items.filter((environment) => environment.hash === hash)
    }
    case 'pages':
      return readPages(service, SECRETS, question.request, deadline)
    case 'changes':
      return fetchChanges(service, question.known, deadline)
  }
}

async function write(service: Service, question: WriteQuestion, deadline: Deadline): Promise<Answer> {
  // That the server has closed an idle connection shows only now, if this thread was busy; and nothing is sent twice.
  await new Promise(setImmediate)
  switch (question.ask) {
    case 'createSecret':
      return service.write(endpoints.createSecret, question.body, decodeSecret, deadline)
    case 'updateSecret':
      return service.write(endpoints.updateSecret(question.id), question.body, decodeSecret, deadline)
    case 'createEnvironment':
      return service.write(endpoints.createEnvironment, question.body, decodeEnvironment, deadline)
    case 'updateEnvironment':
      return service.write(
        endpoints.updateEnvironment(question.id),
        question.body,
        decodeEnvironment,
        deadline,
      )
  }
}
