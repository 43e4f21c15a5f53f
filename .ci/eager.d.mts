export function compileEagerly(source: string, isRun: (start: number) => boolean): string
