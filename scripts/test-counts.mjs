/** What a test run comes to, from the JSON reports of vitest and Playwright. */

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

/** Counts of a Playwright JSON report. What went wrong outside of any test (a file that could not be loaded) is a failure. */
export function countsOfStudio(report) {
  const namesIn = (suite, above) => [
    ...suite.specs.flatMap((spec) =>
      spec.tests.map(({ status }) => ({ status, name: [...above, spec.title].join(' ') })),
    ),
    ...(suite.suites ?? []).flatMap((inner) => namesIn(inner, [...above, inner.title])),
  ];
  const tests = report.suites.flatMap((file) => namesIn(file, []));
  const withStatus = (...wanted) => tests.filter(({ status }) => wanted.includes(status));
  return {
    passed: withStatus('expected', 'flaky').length,
    failed: withStatus('unexpected').length + report.errors.length,
    skippedNames: withStatus('skipped').map(({ name }) => name),
  };
}

/** The line that ends a test run. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
