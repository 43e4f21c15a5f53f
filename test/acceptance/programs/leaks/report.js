// Leaves a diagnostic report behind, and fails, which leaves another one.
process.report.writeReport('asked-for.report')
throw new Error('for a report')
