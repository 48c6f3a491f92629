/** What perfdhcp reports of one kind of exchange. */
export interface PerfExchange {
  readonly sent: number;
  readonly received: number;
  readonly drops: number;
  /** Answers to nothing that was asked, or a second time. */
  readonly orphans: number;
  /** Answers whose lease was refused or incomplete. */
  readonly rejected: number;
}

/** By exchange: `DISCOVER-OFFER`, `REQUEST-ACK`… */
export function perfReport(output: string): Record<string, PerfExchange> {
  const sections = output.split('***Statistics for: ').slice(1);
  return Object.fromEntries(
    sections.map((section) => {
      const number = (what: string) => Number(new RegExp(`^${what}: (\\d+)$`, 'm').exec(section)?.[1] ?? Number.NaN);
      return [
        section.slice(0, section.indexOf('***')),
        {
          sent: number('sent packets'),
          received: number('received packets'),
          drops: number('drops'),
          orphans: number('orphans'),
          rejected: number('rejected leases'),
        },
      ];
    }),
  );
}
