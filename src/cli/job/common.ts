import { type Command, InvalidArgumentError } from 'commander';

export interface JobOptions {
  json?: boolean;
  rack?: string;
  state?: string;
}

export function jobOptions(command: Command): Command {
  return command
    .option('--json', 'print it as JSON')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state');
}

export function jobArgument(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('expected the number of a job, such as 12.');
  return Number(text);
}
