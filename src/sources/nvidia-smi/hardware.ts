import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { errorCode } from '../../core/errors.ts';

/** What the machine itself says of its cards, whether or not a driver is there. */
export interface GpuHardware {
  /** NVIDIA display and 3D controllers on the PCI bus that are not given away to a virtual machine. */
  readonly controllers: number;
  /** Device nodes `/dev/nvidia0`, …: in a container exactly the cards that were given to it. */
  readonly deviceNodes: number;
  /** A container sees its host's PCI bus, whatever cards it was given. */
  readonly container: boolean;
  /** The driver names processes by their pids in the machine's first namespace; false: those are not ours. */
  readonly firstPidNamespace: boolean;
}

// PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h.
const firstPidNamespaceLink = 'pid:[4026531836]';
// Docker, Podman, and a pod of Kubernetes, which may share its host's pid namespace.
const containerMarks = ['.dockerenv', 'run/.containerenv', 'run/secrets/kubernetes.io'];

/** Reads below the root directory that `path` names. */
export const readGpuHardware: FileOperation<null, GpuHardware> = {
  name: 'gpu.hardware',
  async run(path) {
    const controllers = await nvidiaControllers(join(path, 'sys/bus/pci/devices'));
    const nodes = (await names(join(path, 'dev'))).filter((name) => /^nvidia\d+$/.test(name));
    const firstPidNamespace = (await readlink(join(path, 'proc/self/ns/pid'))) === firstPidNamespaceLink;
    const marked = await Promise.all(containerMarks.map((mark) => exists(join(path, mark))));
    return {
      controllers,
      deviceNodes: nodes.length,
      container: !firstPidNamespace || marked.includes(true),
      firstPidNamespace,
    };
  },
};

async function nvidiaControllers(folder: string): Promise<number> {
  const devices = await Promise.all((await names(folder)).map((name) => isNvidiaController(join(folder, name))));
  return devices.filter(Boolean).length;
}

// Class 0x0300 is a VGA controller, 0x0302 a 3D controller; https://pci-ids.ucw.cz for the vendor.
async function isNvidiaController(device: string): Promise<boolean> {
  if ((await text(join(device, 'vendor'))) !== '0x10de') return false;
  if (!/^0x030[02]/.test(await text(join(device, 'class')))) return false;
  const driver = await readlink(join(device, 'driver')).catch(() => '');
  return !driver.endsWith('/vfio-pci');
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // A machine without a PCI bus has no such folder.
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function text(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim();
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}
