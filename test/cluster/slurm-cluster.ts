/**
 * A cluster of Slurm on this machine: a controller and some nodes, all in one folder, stopped at the end. Nodes are processes of
 * one host with a port each, which Slurm takes for machines; they share its disk. It needs Debian's slurmctld, slurmd,
 * slurm-client and munge, and no rights.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** What is missing here to have one; null where nothing is. */
export const slurmMissing = (): string | null => {
  for (const program of ["slurmctld", "slurmd", "sbatch", "munged"])
    if (!DIRECTORIES.some((folder) => fs.existsSync(path.join(folder, program)))) return program
  return null
}
const DIRECTORIES = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]

export interface Cluster {
  /** Variables that every command of Slurm needs. */
  readonly env: NodeJS.ProcessEnv
  /** Runs a command of Slurm and gives what it prints. */
  readonly call: (command: string, ...args: ReadonlyArray<string>) => string
  readonly stopController: () => Promise<void>
  readonly startController: () => Promise<void>
  /** Kills a node's daemon, and with `whole` everything that runs on it. */
  readonly killNode: (name: string, whole: boolean) => void
  /** Starts the daemons again of the nodes that were killed. */
  readonly reviveNodes: () => Promise<void>
  readonly stop: () => Promise<void>
}

interface Shape {
  readonly nodes?: number
  readonly cpus?: number
  /** A port that no other cluster has, nor any of the next ones, one for each node. */
  readonly port: number
}

/** Starts one in a folder whose path is short: sockets have names of at most a hundred letters. */
export const startCluster = async (folder: string, { nodes = 2, cpus = 2, port }: Shape): Promise<Cluster> => {
  for (const name of ["state", "log", "munge", ...names(nodes).map((node) => `spool/${node}`)])
    fs.mkdirSync(path.join(folder, name), { recursive: true })
  fs.chmodSync(path.join(folder, "munge"), 0o700)
  fs.writeFileSync(path.join(folder, "munge/key"), crypto.getRandomValues(new Uint8Array(128)), { mode: 0o400 })
  fs.writeFileSync(path.join(folder, "slurm.conf"), configuration(folder, { nodes, cpus, port }))
  fs.writeFileSync(path.join(folder, "gres.conf"), "Name=gpu File=/dev/null,/dev/zero\n")
  const env = { ...process.env, SLURM_CONF: path.join(folder, "slurm.conf"), PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` }
  const daemons = new Map<string, ChildProcess>()
  const start = (name: string, program: string, ...args: ReadonlyArray<string>) => {
    const log = fs.openSync(path.join(folder, "log", `${name}.out`), "a")
    daemons.set(name, spawn(program, args, { env, stdio: ["ignore", log, log] }))
    fs.closeSync(log)
  }
  const stopOne = async (name: string, signal: NodeJS.Signals) => {
    const daemon = daemons.get(name)
    daemons.delete(name)
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    const gone = new Promise((resolve) => daemon.once("exit", resolve))
    daemon.kill(signal)
    await gone
  }
  const call = (command: string, ...args: ReadonlyArray<string>) =>
    execFileSync(command, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  const munge = (name: string) => `--${name}=${path.join(folder, "munge", name)}`
  start(
    "munged",
    "munged",
    "--foreground",
    "--force",
    `--socket=${path.join(folder, "munge/sock")}`,
    `--key-file=${path.join(folder, "munge/key")}`,
    munge("pid-file"),
    munge("log-file"),
    munge("seed-file")
  )
  await until(() => fs.existsSync(path.join(folder, "munge/sock")), "munged")
  const startController = async () => {
    start("slurmctld", "slurmctld", "-D")
    await until(() => call("scontrol", "ping").includes("UP"), "slurmctld")
  }
  await startController()
  const reviveNodes = async () => {
    for (const name of names(nodes)) if (!daemons.has(name)) start(name, "slurmd", "-D", "-N", name)
    await until(() => call("sinfo", "-h", "-N", "-p", "low", "-o", "%T").match(/^idle$/gm)?.length === nodes, "slurmd", 60)
  }
  await reviveNodes()
  return {
    env,
    call,
    startController,
    reviveNodes,
    stopController: () => stopOne("slurmctld", "SIGKILL"),
    killNode: (name, whole) => {
      if (whole)
        for (const pid of below(daemons.get(name)!.pid!, path.join(folder, "spool", name)))
          ignoring(() => process.kill(pid, "SIGKILL"))
      daemons.get(name)!.kill("SIGKILL")
      daemons.delete(name)
    },
    stop: async () => {
      ignoring(() => call("scancel", "--me", "--signal=KILL", "--full"))
      for (const name of [...daemons.keys()].toReversed()) await stopOne(name, "SIGKILL")
    }
  }
}

const names = (nodes: number): ReadonlyArray<string> => Array.from({ length: nodes }, (_, i) => `n${i + 1}`)

const configuration = (folder: string, { nodes, cpus, port }: Required<Shape>): string => {
  const host = os.hostname().split(".")[0]!
  const user = os.userInfo().username
  return [
    "ClusterName=test",
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${port}`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    "AuthType=auth/munge",
    "CredType=cred/munge",
    // What is requeued waits as long as a credential lasts.
    `AuthInfo=socket=${folder}/munge/sock,cred_expire=5`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool/%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.%n.pid`,
    `SlurmctldLogFile=${folder}/log/slurmctld.log`,
    `SlurmdLogFile=${folder}/log/slurmd.%n.log`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    // Without control groups memory is looked at every second, and who has taken too much is killed.
    "JobAcctGatherType=jobacct_gather/linux",
    "JobAcctGatherFrequency=task=1",
    "JobAcctGatherParams=OverMemoryKill",
    "AccountingStorageType=accounting_storage/none",
    "MpiDefault=none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_CPU_Memory",
    "SchedulerType=sched/backfill",
    "SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0",
    "SlurmdParameters=config_overrides",
    "PreemptType=preempt/partition_prio",
    "PreemptMode=REQUEUE",
    "KillWait=5",
    "SlurmdTimeout=10",
    "SlurmctldTimeout=10",
    "InactiveLimit=0",
    "ReturnToService=2",
    "JobRequeue=1",
    "MailProg=/bin/true",
    "GresTypes=gpu",
    ...names(nodes).map(
      (name, i) =>
        `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port + i + 1} CPUs=${cpus} RealMemory=8000 ` +
        "Gres=gpu:2 State=UNKNOWN"
    ),
    "PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE DefMemPerCPU=500 PriorityTier=1 PreemptMode=REQUEUE GraceTime=5",
    "PartitionName=high Nodes=ALL MaxTime=INFINITE DefMemPerCPU=500 PriorityTier=10",
    ""
  ].join("\n")
}

/** Polls until it holds; fails after half a minute, with the name of what did not come. */
export const until = async (holds: () => boolean, what: string, seconds = 30): Promise<void> => {
  for (const end = performance.now() + seconds * 1000; ;) {
    const there = ignoring(holds) ?? false
    if (there) return
    if (performance.now() > end) throw new Error(`${what} did not come within ${seconds} seconds`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const ignoring = <A>(call: () => A): A | undefined => {
  try {
    return call()
  } catch {
    return undefined
  }
}

/** The processes of a node: those whose command names its folder, and all below them. */
const below = (daemon: number, spool: string): ReadonlyArray<number> => {
  const parents = new Map<number, number>()
  const own: Array<number> = []
  for (const entry of fs.readdirSync("/proc")) {
    const pid = Number(entry)
    if (!Number.isSafeInteger(pid) || pid === daemon) continue
    const stat = ignoring(() => fs.readFileSync(`/proc/${pid}/stat`, "utf8"))
    const command = ignoring(() => fs.readFileSync(`/proc/${pid}/cmdline`, "utf8"))
    if (stat === undefined || command === undefined) continue
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]))
    if (command.includes(spool)) own.push(pid)
  }
  const found = new Set(own)
  for (let grew = true; grew;) {
    grew = false
    for (const [pid, parent] of parents)
      if (!found.has(pid) && (found.has(parent) || parent === daemon)) {
        found.add(pid)
        grew = true
      }
  }
  return [...found]
}
