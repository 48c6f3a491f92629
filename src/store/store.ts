import { join } from 'node:path';
import { AuditTable } from './audit.ts';
import { BackupTable } from './backups.ts';
import { BootTable } from './boots.ts';
import { type Db, openDatabase } from './database.ts';
import { EventTable } from './events.ts';
import { GroupCommit } from './group-commit.ts';
import { HealthTable } from './health.ts';
import { HealthHistoryTable } from './health-history.ts';
import { HEALTH_MIGRATIONS } from './health-schema.ts';
import { JobGroupTable } from './job-groups.ts';
import { JobTable } from './jobs.ts';
import { LeaseTable } from './leases.ts';
import { Lease6Table } from './leases6.ts';
import { MaintenanceTable } from './maintenance.ts';
import { ObservationTable } from './observations.ts';
import { PortMapTable } from './port-maps.ts';
import { PortTable } from './ports.ts';
import { PowerTable } from './power.ts';
import { RequestTable } from './requests.ts';
import { RootTable } from './roots.ts';
import { STATE_MIGRATIONS } from './schema.ts';
import { ServerTable } from './servers.ts';
import { SlotTable } from './slots.ts';
import { TenantTable } from './tenants.ts';
import { VlanJournalTable } from './vlan-journal.ts';

/** The controller's two databases and their tables. Writes go through `commit`; the tables' own methods are synchronous. */
export class Store {
  readonly #state: Db;
  readonly #health: Db;
  readonly commit: GroupCommit;
  /** The same for health.db: what is written there is not promised to anybody. */
  readonly healthCommit: GroupCommit;
  readonly slots: SlotTable;
  readonly leases: LeaseTable;
  readonly leases6: Lease6Table;
  readonly power: PowerTable;
  readonly boots: BootTable;
  readonly events: EventTable;
  readonly observations: ObservationTable;
  readonly portMaps: PortMapTable;
  readonly vlanJournal: VlanJournalTable;
  readonly tenants: TenantTable;
  readonly audit: AuditTable;
  readonly servers: ServerTable;
  readonly maintenance: MaintenanceTable;
  readonly jobs: JobTable;
  readonly requests: RequestTable;
  readonly groups: JobGroupTable;
  readonly roots: RootTable;
  readonly backups: BackupTable;
  readonly health: HealthTable;
  readonly healthHistory: HealthHistoryTable;
  readonly ports: PortTable;

  constructor(directory: string) {
    this.#state = openDatabase(join(directory, 'state.db'), 'FULL', STATE_MIGRATIONS);
    this.#health = openDatabase(join(directory, 'health.db'), 'NORMAL', HEALTH_MIGRATIONS);
    this.commit = new GroupCommit(this.#state);
    this.healthCommit = new GroupCommit(this.#health);
    this.slots = new SlotTable(this.#state);
    this.leases = new LeaseTable(this.#state);
    this.leases6 = new Lease6Table(this.#state);
    this.power = new PowerTable(this.#state);
    this.boots = new BootTable(this.#state);
    this.events = new EventTable(this.#state);
    this.observations = new ObservationTable(this.#state);
    this.portMaps = new PortMapTable(this.#state);
    this.vlanJournal = new VlanJournalTable(this.#state);
    this.tenants = new TenantTable(this.#state);
    this.audit = new AuditTable(this.#state);
    this.servers = new ServerTable(this.#state);
    this.maintenance = new MaintenanceTable(this.#state);
    this.jobs = new JobTable(this.#state);
    this.requests = new RequestTable(this.#state);
    this.groups = new JobGroupTable(this.#state);
    this.roots = new RootTable(this.#state);
    this.backups = new BackupTable(this.#state);
    this.health = new HealthTable(this.#health);
    this.healthHistory = new HealthHistoryTable(this.#health);
    this.ports = new PortTable(this.#health);
  }

  /** `ok`, or what SQLite found wrong. */
  integrity(): string {
    const check = (db: Db) =>
      (db.pragma('integrity_check') as { integrity_check: string }[]).map((row) => row.integrity_check);
    const found = [...check(this.#state), ...check(this.#health)].filter((line) => line !== 'ok');
    return found.length === 0 ? 'ok' : found.join('; ');
  }

  close(): void {
    this.commit.flush();
    this.healthCommit.flush();
    this.#state.close();
    this.#health.close();
  }
}
