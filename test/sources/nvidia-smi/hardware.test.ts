import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readGpuHardware } from '../../../src/sources/nvidia-smi/hardware.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gpu-hardware-'));
  mkdirSync(join(root, 'proc/self/ns'), { recursive: true });
  symlinkSync('pid:[4026531836]', join(root, 'proc/self/ns/pid'));
  mkdirSync(join(root, 'dev'));
});

afterEach(() => rmSync(root, { recursive: true }));

function device(address: string, vendor: string, deviceClass: string, driver?: string): void {
  const folder = join(root, 'sys/bus/pci/devices', address);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'vendor'), `${vendor}\n`);
  writeFileSync(join(folder, 'class'), `${deviceClass}\n`);
  if (driver !== undefined) symlinkSync(`../../../../bus/pci/drivers/${driver}`, join(folder, 'driver'));
}

test('display and 3D controllers of NVIDIA count, loaded driver or not', async () => {
  device('0000:09:00.0', '0x10de', '0x030200', 'nvidia');
  device('0000:0a:00.0', '0x10de', '0x030000');
  // Their audio function, a bridge, another maker's card, and one that was given to a virtual machine.
  device('0000:0a:00.1', '0x10de', '0x040300');
  device('0000:05:00.0', '0x10de', '0x068000');
  device('0000:06:00.0', '0x1002', '0x030000');
  device('0000:0b:00.0', '0x10de', '0x030200', 'vfio-pci');
  expect(await readGpuHardware.run(root, null)).toEqual({
    controllers: 2,
    deviceNodes: 0,
    container: false,
    firstPidNamespace: true,
  });
});

test('a machine without a PCI bus', async () => {
  expect(await readGpuHardware.run(root, null)).toMatchObject({ controllers: 0 });
});

test('a container is known by its pid namespace or by its mark', async () => {
  writeFileSync(join(root, '.dockerenv'), '');
  writeFileSync(join(root, 'dev/nvidia3'), '');
  writeFileSync(join(root, 'dev/nvidiactl'), '');
  expect(await readGpuHardware.run(root, null)).toMatchObject({
    container: true,
    firstPidNamespace: true,
    deviceNodes: 1,
  });
  rmSync(join(root, '.dockerenv'));
  expect(await readGpuHardware.run(root, null)).toMatchObject({ container: false });
  mkdirSync(join(root, 'run/secrets/kubernetes.io/serviceaccount'), { recursive: true });
  expect(await readGpuHardware.run(root, null)).toMatchObject({ container: true, firstPidNamespace: true });
  rmSync(join(root, 'run'), { recursive: true });
  rmSync(join(root, 'proc/self/ns/pid'));
  symlinkSync('pid:[4026532201]', join(root, 'proc/self/ns/pid'));
  expect(await readGpuHardware.run(root, null)).toMatchObject({ container: true, firstPidNamespace: false });
});

test('this machine can be asked', async () => {
  expect((await readGpuHardware.run('/', null)).controllers).toBeGreaterThanOrEqual(0);
});
