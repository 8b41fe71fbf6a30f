import { KindredError } from '#base/errors.ts';
import { doctorReport } from '#application/doctor.ts';
import type { DoctorReport } from '#contract/doctor.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { doctorPorts } from '../doctor/doctor-ports.ts';
import { reportRows } from '../doctor/report-rows.ts';

export const register: RegisterCommand = (program, cli) => {
  program
    .command('doctor')
    .description('Show versions, the machine, what trains on it and why, and the state of the library')
    .action(() => examine(cli()));
};

async function examine({ output, signal, wiring }: Cli): Promise<void> {
  const report = await doctorReport(doctorPorts(wiring.layout.folder, signal));
  output.event({ event: 'doctor.finished', ...report });
  const rows = reportRows(report);
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, text] of rows) output.line(`${name.padEnd(width)}  ${text}`);
  if (report.problems.length > 0) throw unwell(report);
}

function unwell({ problems }: DoctorReport): KindredError {
  const text = problems.map(({ part, message }) => `${part}: ${message}`).join('\n');
  return new KindredError('setup.incomplete', text, { problems });
}
