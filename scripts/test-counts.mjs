/** What a test run comes to, from vitest's JSON report. */

/**
 * Counts of a vitest JSON report. A file that failed as a whole (it could not be loaded) is one failure, and so is a
 * report that says "not successful" without naming a failed test.
 */
export function countsOf(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const withStatus = (...wanted) => tests.filter(({ status }) => wanted.includes(status));
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const failed = withStatus('failed').length + broken.length;
  return {
    passed: withStatus('passed').length,
    failed: failed === 0 && report.success !== true ? 1 : failed,
    skippedNames: withStatus('pending', 'skipped', 'todo', 'disabled').map(({ fullName }) => fullName),
  };
}

/** The line that ends a test run. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
