import type { ConnectionOptions } from './cluster/connect.ts';
import type { Cluster } from './cluster/cluster.ts';

export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether people see the output as it comes, so that it may be redrawn. */
  readonly isInteractive: boolean;
  readonly hasColours: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** What the verbs need of the machine. */
export interface Context {
  /** Of the plugin. */
  readonly version: string;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly connect: (options: ConnectionOptions) => Cluster;
  /** The names of the kubeconfig's contexts. */
  readonly contexts: (options: ConnectionOptions) => readonly string[];
  readonly openBrowser: (url: string) => void;
  /** Fails where the file exists. */
  readonly createFile: (path: string, text: string) => Promise<void>;
}
