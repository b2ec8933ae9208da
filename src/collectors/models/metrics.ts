import type { MetricDefinition } from '../../core/contract.ts';

const labels = ['model', 'program'] as const;

export const anomalies = [
  'dangling_symlink',
  'listed_not_statable',
  'statable_not_listed',
  'partial_twin',
  'sparse',
  'zero_tail',
  'replaced_while_mapped',
] as const;
export type Anomaly = (typeof anomalies)[number];

export const modelMetrics = {
  info: {
    name: 'gpunode_model_info',
    type: 'gauge',
    help: 'Which file a model is, always 1; architecture and quantization as its header says, empty if it does not.',
    labels: [...labels, 'path', 'architecture', 'quantization'],
  },
  present: {
    name: 'gpunode_model_file_present',
    type: 'gauge',
    help: 'Whether the model file exists: its name leads to a file.',
    labels,
  },
  regular: {
    name: 'gpunode_model_file_regular',
    type: 'gauge',
    help: 'Whether it is a regular file; a directory model and its files are what they should be.',
    labels,
  },
  readable: {
    name: 'gpunode_model_file_readable',
    type: 'gauge',
    help: 'Whether it was really opened and read from, and its mode lets the user of the program do so.',
    labels,
  },
  size: {
    name: 'gpunode_model_file_size_bytes',
    type: 'gauge',
    help: 'Size of the model file, of all shards together.',
    labels,
  },
  allocated: {
    name: 'gpunode_model_file_allocated_bytes',
    type: 'gauge',
    help: 'Bytes that the file system has allocated to it; less than its size where there are holes.',
    labels,
  },
  required: {
    name: 'gpunode_model_file_required_bytes',
    type: 'gauge',
    help: 'Bytes that must be there as the header says, of all shards; absent where the header does not tell.',
    labels,
  },
  complete: {
    name: 'gpunode_model_file_complete',
    type: 'gauge',
    help: 'Whether the header is valid and all required bytes are there, of every shard; absent if that cannot be told.',
    labels,
  },
  stable: {
    name: 'gpunode_model_file_stable',
    type: 'gauge',
    help: 'Whether size, ctime, mtime and inode stayed the same for stable_for; absent until that can be told.',
    labels,
  },
  lastChange: {
    name: 'gpunode_model_file_last_change_timestamp_seconds',
    type: 'gauge',
    help: 'Time at which the file was last seen to change, appear or vanish; before that its own ctime.',
    labels,
  },
  ctime: {
    name: 'gpunode_model_file_ctime_timestamp_seconds',
    type: 'gauge',
    help: 'Change time of the file, the newest of all shards.',
    labels,
  },
  anomaly: {
    name: 'gpunode_model_file_anomaly',
    type: 'gauge',
    help: 'Strange things about the file: 1 while they are seen.',
    labels: [...labels, 'anomaly'],
    values: { anomaly: anomalies },
  },
  directoryFiles: {
    name: 'gpunode_model_directory_files',
    type: 'gauge',
    help: 'Files in a model directory that fit its pattern, or all below it.',
    labels: ['directory', 'program'],
  },
  directoryBytes: {
    name: 'gpunode_model_directory_bytes',
    type: 'gauge',
    help: 'Bytes in the files of a model directory.',
    labels: ['directory', 'program'],
  },
} as const satisfies Record<string, MetricDefinition>;
